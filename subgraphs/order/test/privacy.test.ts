import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SERVICES } from '@stampede/shared/database';
import { openShop, type Buyer, type Shop } from '@stampede/shared/testing';

/** What a person tells in this test: nothing else in the house is like it. */
const PERSONAL = {
  name: 'Quillonwyrm Abendzeit',
  phone: '010-4711-0815',
  label: 'burrow-by-the-weir',
  recipient: 'Zephyrine Knotgrass',
  postalCode: 'QX7 9ZZ',
  line1: 'Vermilionstrasse 4711',
  line2: 'Thistledown door',
};
const { name, phone, ...address } = PERSONAL;
const ADDRESS = { ...address, phone: '010-9182-7364' };

let shop: Shop;
let logs = '';
/** Of the two lives: one goes on, one ends with a deletion. */
const people: Buyer[] = [];

/** The texts as anybody could have written them down. */
function traces(): string[] {
  const texts = [name, phone, ...Object.values(ADDRESS), ...people.map(({ account }) => account.email)];
  const tokens = people.map(({ account }) => account.accessToken);
  return [...texts, ...tokens].flatMap((text) => [
    text,
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('hex'),
    encodeURIComponent(text),
  ]);
}

const tracesIn = (text: string) => [...new Set(traces())].filter((trace) => text.includes(trace));

const LIFE = `mutation ($name: String, $phone: String, $address: AddressInput!) {
  updateProfile(name: $name, phone: $phone) { id }
  saveAddress(input: $address) { id }
  wrong: saveAddress(input: { recipient: "${PERSONAL.recipient}", phone: "none", postalCode: "", line1: "" }) { id }
}`;

beforeAll(async () => {
  shop = await openShop({
    stock: 10,
    limitPerBuyer: 5,
    env: Object.fromEntries([...SERVICES, 'gateway'].map((service) => [service, { LOG_LEVEL: 'debug' }])),
  });
  for (const service of Object.values(shop.services)) {
    logs += service.log();
    service.listen((text) => {
      logs += text;
    });
  }
  people.push(await shop.buyer(), await shop.buyer());
  for (const person of people) {
    const told = await person.send(LIFE, { name, phone, address: ADDRESS });
    expect(told.errors?.map(({ path }) => path)).toEqual([['wrong']]);
    await person.buys([{ productId: shop.product.id, quantity: 1 }]);
    const placed = await person.places([{ productId: shop.product.id, quantity: 1 }]);
    await person.cancelOrder(placed.id);
    const kept = await person.send('{ exportMyData me { name phone email addresses { line1 } } }');
    expect(kept.data.exportMyData).toContain(PERSONAL.line1);
  }
  const [operator] = await shop.accounts(1, 'OPERATOR');
  const found = await operator?.send('query ($search: String) { users(search: $search) { totalCount } }', {
    search: people[0]?.account.email,
  });
  expect(found?.data.users.totalCount).toBe(1);
  expect((await people[1]?.send('mutation { deleteAccount }'))?.data).toEqual({ deleteAccount: true });
  await shop.invariants();
});
afterAll(() => shop[Symbol.asyncDispose]());

test('logs nothing of what people told, nor their tokens', () => {
  for (const service of [...SERVICES, 'gateway']) expect(logs).toContain(`"service":"${service}"`);
  expect(tracesIn(logs)).toEqual([]);
});

test('keeps nothing of it in any table of any service, as text or as bytes', async () => {
  for (const schema of SERVICES) {
    const database = shop.sql(schema);
    const tables = await database.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1`,
      [schema],
    );
    expect(tables.length).toBeGreaterThan(3);
    for (const { name: table } of tables) {
      const rows = await database.query<Record<string, unknown>>(`SELECT * FROM "${table}"`);
      const text = rows.flatMap((row) => Object.values(row).map(asText)).join('\n');
      expect({ table: `${schema}.${table}`, traces: tracesIn(text) }).toEqual({
        table: `${schema}.${table}`,
        traces: [],
      });
    }
  }
});

test('keeps nothing of it in Redis, neither in keys nor in values', async () => {
  const keys = await shop.redis.keys(`${shop.namespace}:*`);
  expect(keys.length).toBeGreaterThan(0);
  const values = await Promise.all(keys.map(valueOf));
  expect(tracesIn([...keys, ...values].join('\n'))).toEqual([]);
});

test('would find what it looks for', async () => {
  const [person] = people as [Buyer];
  expect(tracesIn(`… ${person.account.email} …`)).toEqual([person.account.email]);
  const rows = await shop
    .sql('user')
    .query<Record<string, unknown>>(`SELECT convert_to($1, 'UTF8') AS bytes, $1 AS text`, [phone]);
  expect(tracesIn(rows.flatMap((row) => Object.values(row).map(asText)).join())).toEqual([phone]);
});

function asText(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString('latin1');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

async function valueOf(key: string): Promise<string> {
  const { redis } = shop;
  const type = await redis.type(key);
  if (type === 'hash') return JSON.stringify(await redis.hgetall(key));
  if (type === 'zset') return JSON.stringify(await redis.zrange(key, '0', '-1'));
  if (type === 'set') return JSON.stringify(await redis.smembers(key));
  if (type === 'list') return JSON.stringify(await redis.lrange(key, 0, -1));
  if (type === 'stream') return JSON.stringify(await redis.xrange(key, '-', '+'));
  return (await redis.get(key)) ?? '';
}
