import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANONYMOUS, type Identity } from '@stampede/shared/identity';
import { eventually, openTcpProxy, through, type TcpProxy } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { changeSettings } from '../src/change-settings.js';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

let proxy: TcpProxy;
let catalog: CatalogUnderTest;
beforeAll(async () => {
  const redisUrl = process.env.REDIS_URL as string;
  proxy = await openTcpProxy(redisUrl);
  catalog = await openCatalog(through(proxy, redisUrl));
});
afterAll(async () => {
  proxy.restore();
  await catalog[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

const change = (operation: 'pauseSale' | 'resumeSale', productId: string, identity: Identity = SELLER) =>
  catalog.ask(
    `mutation ($productId: ID!) { ${operation}(productId: $productId) {
      id sale { phase } stock { available held } } }`,
    { productId },
    identity,
  );
const pause = (productId: string) => change('pauseSale', productId);
const resume = (productId: string) => change('resumeSale', productId);
const reserve = (productId: string) =>
  catalog.inventory.reserve({
    productId,
    orderId: randomUUID(),
    buyerId: randomUUID(),
    quantity: 1,
    digest: 'd',
    minEpoch: 0,
  });
const saidOf = (productId: string) =>
  catalog.database.query(`SELECT 1 FROM outbox WHERE body->>'productId' = $1`, [productId]);
const settingsOf = async (productId: string) => (await catalog.inventory.read([productId]))[0]?.settings;

test('nobody new gets a unit of a paused sale, holds go on, and a resumed sale sells again', async () => {
  const { id } = await catalog.create({ stock: 3 });
  await catalog.load(id);
  expect(await reserve(id)).toMatchObject({ kind: 'held' });

  // The answer tells what Redis decides by: nothing is waited for.
  expect(await pause(id)).toEqual({
    data: { pauseSale: { id, sale: { phase: 'PAUSED' }, stock: { available: 2, held: 1 } } },
  });
  expect(await reserve(id)).toMatchObject({ kind: 'not-open', phase: 'PAUSED' });

  expect((await resume(id)).data.resumeSale).toMatchObject({ sale: { phase: 'OPEN' } });
  expect(await reserve(id)).toMatchObject({ kind: 'held' });
  expect((await catalog.inventory.read([id]))[0]).toMatchObject({ total: 3, available: 1, held: 2 });
});

test('who writes down that they belong to a product keeps nobody from changing it', async () => {
  const { id } = await catalog.create();
  await catalog.database.transaction('test', async (tx) => {
    await tx.run('INSERT INTO wish (user_id, product_id) VALUES ($1, $2)', [randomUUID(), id]);
    await catalog.database.transaction('test', async (other) => {
      await other.run(`SET LOCAL lock_timeout = '2s'`);
      const paused = await changeSettings(other, id, () => ({ paused: true }));
      expect(paused.settings).toMatchObject({ version: 2, paused: true });
    });
  });
});

test('what is so already is not changed again, nor told', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  await resume(id);
  expect(await settingsOf(id)).toMatchObject({ version: 1, paused: false });
  await Promise.all([pause(id), pause(id), pause(id)]);
  expect(await settingsOf(id)).toMatchObject({ version: 2, paused: true });
  // When it was created, and when it was paused.
  expect(await saidOf(id)).toHaveLength(2);
});

test('whoever is last wins, in Redis as in PostgreSQL', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  await Promise.all(Array.from({ length: 12 }, (_, index) => (index % 2 ? pause(id) : resume(id))));
  await eventually(async () => expect(await catalog.effects.pending()).toBe(0));
  const [row] = await catalog.database.query<{ paused: boolean; version: number }>(
    'SELECT paused, version FROM product WHERE id = $1',
    [id],
  );
  expect(await settingsOf(id)).toMatchObject(row!);
});

test('a product that Redis has never seen is loaded paused', async () => {
  const { id } = await catalog.create();
  expect((await pause(id)).data.pauseSale.sale.phase).toBe('PAUSED');
  expect(await reserve(id)).toMatchObject({ kind: 'not-open', phase: 'PAUSED' });
});

test('a sale that is paused while Redis is away is paused when it is back', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  proxy.cut();
  const { data, errors } = await catalog.ask(
    'mutation ($id: ID!) { pauseSale(productId: $id) { id } }',
    { id },
    SELLER,
  );
  expect({ data, errors }).toEqual({ data: { pauseSale: { id } }, errors: undefined });
  proxy.restore();
  await eventually(async () => expect(await settingsOf(id)).toMatchObject({ paused: true }));
});

test('a sale is its seller’s and the operators’ to change', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  const as = (role: 'BUYER' | 'SELLER' | 'OPERATOR') =>
    ({ ...SELLER, userId: randomUUID(), role }) as Identity;
  const operations = [
    ['pauseSale(productId: $id)', 'pauseSale'],
    ['resumeSale(productId: $id)', 'resumeSale'],
    ['closeSale(productId: $id)', 'closeSale'],
    ['updateProduct(id: $id, patch: { name: "Another name" })', 'updateProduct'],
    ['restock(productId: $id, quantity: 1, idempotencyKey: "restock-1")', 'restock'],
  ] as const;
  for (const [call, name] of operations) {
    const codeOf = async (identity: Identity, product: string) => {
      const { data, errors } = await catalog.ask(
        `mutation ($id: ID!) { ${call} { id } }`,
        { id: product },
        identity,
      );
      return errors?.[0]?.extensions.code ?? data[name].id;
    };
    expect(await codeOf(ANONYMOUS, id)).toBe('UNAUTHENTICATED');
    expect(await codeOf(as('BUYER'), id)).toBe('FORBIDDEN');
    expect(await codeOf(as('SELLER'), id)).toBe('FORBIDDEN');
    for (const nothing of [randomUUID(), 'no id', '']) {
      expect(await codeOf(SELLER, nothing)).toBe('NOT_FOUND');
      expect(await codeOf(as('OPERATOR'), nothing)).toBe('NOT_FOUND');
    }
    expect(await codeOf(as('OPERATOR'), id)).toBe(id);
    expect(await codeOf(SELLER, id.toUpperCase())).toBe(id);
  }
});
