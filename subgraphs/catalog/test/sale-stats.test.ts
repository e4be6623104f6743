import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANONYMOUS, type Identity } from '@stampede/shared/identity';
import { decisionsCounted, type DecisionsCounted } from '@stampede/shared/messages';
import { openGuard } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { forgetOldPoints, openForgettingPoints } from '../src/sale-stats/forget-points.js';
import { onDecisionsCounted } from '../src/sale-stats/on-decisions-counted.js';
import { openSaleFunnels } from '../src/sale-stats/sale-funnels.js';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await openCatalog();
});
afterAll(() => catalog[Symbol.asyncDispose]());

const someone = (role: 'BUYER' | 'SELLER' | 'OPERATOR'): Identity => ({
  kind: 'user',
  userId: randomUUID(),
  role,
  sessionId: randomUUID(),
});

async function ask(productId: string, fields: string, identity: Identity = SELLER) {
  const query = `query ($id: ID!) { saleStats(productId: $id) { ${fields} } }`;
  const { data, errors } = await catalog.ask(query, { id: productId }, identity);
  return { stats: data?.saleStats, code: errors?.[0]?.extensions.code, errors };
}

const START_S = Math.floor(Date.now() / 1_000);
/** Seconds before this file was run, at the whole second. */
const ago = (seconds: number) => new Date((START_S - seconds) * 1_000).toISOString();

type Counted = DecisionsCounted['products'][number];
const deliver = (...products: Counted[]) =>
  catalog.database.transaction('test', (tx) =>
    onDecisionsCounted.handle(tx, decisionsCounted.schema.parse({ products }), {
      messageId: randomUUID(),
      attempts: 0,
    }),
  );

interface Point {
  units?: [available: number, held: number, sold: number];
  decisions?: number;
}
const putPoint = (productId: string, at: string, { units, decisions = 0 }: Point) =>
  catalog.database.run('INSERT INTO sale_point VALUES ($1, $2, $3, $4, $5, $6)', [
    productId,
    at,
    ...(units ?? [null, null, null]),
    decisions,
  ]);

const SERIES = 'series { at available held sold decisions }';

test('what is told of decisions is added up, by second and by reason', async () => {
  const { id } = await catalog.create({ stock: 10 });
  const [first, second] = [ago(9), ago(8)] as const;
  await deliver({ productId: id, second: first, decisions: 5, refused: { SoldOut: 1, LimitExceeded: 3 } });
  await deliver(
    { productId: id, second: first, decisions: 2, refused: { SoldOut: 2 } },
    // A second that came in two parts.
    { productId: id, second, decisions: 30, refused: { SoldOut: 28, SaleNotOpen: 2 } },
    { productId: id, second, decisions: 1, refused: {} },
  );
  const { stats } = await ask(id, `product { id } firstSecond soldOutAt refused { reason count } ${SERIES}`);
  const units = { available: 10, held: 0, sold: 0 };
  expect(stats).toEqual({
    product: { id },
    firstSecond: first,
    soldOutAt: null,
    refused: [
      { reason: 'SoldOut', count: 31 },
      { reason: 'LimitExceeded', count: 3 },
      { reason: 'SaleNotOpen', count: 2 },
    ],
    series: [
      { at: first, decisions: 7, ...units },
      { at: second, decisions: 31, ...units },
    ],
  });
});

test('decisions of a product that catalog does not know are left out, the others are kept', async () => {
  const { id } = await catalog.create();
  await deliver(
    { productId: randomUUID(), second: ago(1), decisions: 5, refused: { SoldOut: 5 } },
    { productId: id, second: ago(1), decisions: 1, refused: {} },
  );
  const { stats } = await ask(id, 'refused { count } series { decisions }');
  expect(stats).toEqual({ refused: [], series: [{ decisions: 1 }] });
});

test('messages that name the same products in other orders, at the same time, are all added', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, async () => (await catalog.create()).id));
  const second = ago(5);
  const counted = ids.map((productId): Counted => ({
    productId,
    second,
    decisions: 3,
    refused: { SoldOut: 1, LimitExceeded: 1 },
  }));
  await Promise.all(
    Array.from({ length: 24 }, (_, index) => deliver(...(index % 2 ? counted : counted.toReversed()))),
  );
  for (const id of ids) {
    const { stats } = await ask(id, 'refused { count } series { decisions }');
    expect(stats).toEqual({ refused: [{ count: 24 }, { count: 24 }], series: [{ decisions: 72 }] });
  }
});

test('a second that tells of decisions alone shows the units of the one before it', async () => {
  const { id } = await catalog.create({ stock: 10 });
  await putPoint(id, ago(900), { units: [7, 3, 0], decisions: 3 });
  await putPoint(id, ago(500), { decisions: 4 });
  await putPoint(id, ago(400), { units: [0, 8, 2] });
  await putPoint(id, ago(300), { decisions: 9 });
  const { stats } = await ask(id, `firstSecond ${SERIES}`);
  expect(stats).toEqual({
    firstSecond: ago(900),
    series: [
      { at: ago(500), available: 7, held: 3, sold: 0, decisions: 4 },
      { at: ago(400), available: 0, held: 8, sold: 2, decisions: 0 },
      { at: ago(300), available: 0, held: 8, sold: 2, decisions: 9 },
    ],
  });
  const { stats: longer } = await ask(id, 'series(sinceSeconds: 1000) { decisions }');
  expect(longer.series).toHaveLength(4);
});

test('a series has the newest 3,600 points, and goes back a week', async () => {
  const { id } = await catalog.create();
  await catalog.database.run(
    `INSERT INTO sale_point SELECT $1, now() - make_interval(secs => second), 1, 1, 1, second
     FROM generate_series(10, 4000) AS second`,
    [id],
  );
  const { stats } = await ask(id, 'series(sinceSeconds: 604800) { decisions }');
  const seen = (stats.series as { decisions: number }[]).map(({ decisions }) => decisions);
  expect(seen).toHaveLength(3_600);
  expect([seen[0], seen.at(-1)]).toEqual([3_609, 10]);
  for (const seconds of [0, -1, 604_801]) {
    const { errors } = await ask(id, `series(sinceSeconds: ${seconds}) { at }`);
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'sinceSeconds', message: 'is 1 to 604800.' }],
    });
  }
});

test('more refusals than an Int can tell are as many as it can', async () => {
  const { id } = await catalog.create();
  await deliver({ productId: id, second: ago(1), decisions: 2, refused: { SoldOut: 1, LimitExceeded: 1 } });
  await catalog.database.run(
    `UPDATE sale_refusal SET count = 2147483648 + (reason = 'SoldOut')::int WHERE product_id = $1`,
    [id],
  );
  expect((await ask(id, 'refused { reason count }')).stats).toEqual({
    refused: [
      { reason: 'SoldOut', count: 2_147_483_647 },
      { reason: 'LimitExceeded', count: 2_147_483_647 },
    ],
  });
});

test('what was decided is added while a product is being changed', async () => {
  const { id } = await catalog.create();
  await catalog.database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM product WHERE id = $1 FOR UPDATE', [id]);
    await deliver({ productId: id, second: ago(1), decisions: 1, refused: { SoldOut: 1 } });
  });
  expect((await ask(id, 'refused { count }')).stats).toEqual({ refused: [{ count: 1 }] });
});

test('says when the last unit was taken', async () => {
  const { id } = await catalog.create();
  await catalog.database.run(
    `INSERT INTO stock_seen (product_id, total, available, held, sold, as_of, sold_out_at)
     VALUES ($1, 1, 0, 1, 0, now(), $2)
     ON CONFLICT (product_id) DO UPDATE SET sold_out_at = excluded.sold_out_at`,
    [id, ago(60)],
  );
  expect((await ask(id, 'soldOutAt')).stats).toEqual({ soldOutAt: ago(60) });
});

test('is for the product’s seller and for operators', async () => {
  const { id } = await catalog.create();
  const codes = new Map<Identity, string | undefined>();
  for (const who of [SELLER, someone('OPERATOR'), someone('SELLER'), someone('BUYER'), ANONYMOUS]) {
    codes.set(who, (await ask(id, 'held', who)).code);
  }
  expect([...codes.values()]).toEqual([undefined, undefined, 'FORBIDDEN', 'FORBIDDEN', 'UNAUTHENTICATED']);
  expect((await ask(randomUUID(), 'held')).code).toBe('NOT_FOUND');
  expect((await ask('no id', 'held')).code).toBe('NOT_FOUND');
});

test('while order is away the funnel is unavailable, and the series is there', async () => {
  const { id } = await catalog.create();
  await putPoint(id, ago(5), { decisions: 2 });
  const { funnel } = catalog.order;
  catalog.order.funnel = () => {
    throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
  };
  const { stats, errors } = await ask(
    id,
    'held paying paid confirmed expired cancelled series { decisions }',
  );
  catalog.order.funnel = funnel;
  expect(stats).toBeUndefined();
  expect(errors?.[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 });
  catalog.order.funnel = () => {
    throw new Error('a series needs no funnel');
  };
  expect((await ask(id, 'series { decisions }')).stats).toEqual({ series: [{ decisions: 2 }] });
  catalog.order.funnel = funnel;
  // What failed is not remembered.
  expect((await ask(id, 'held')).stats).toEqual({ held: 0 });
});

test('one answer has one funnel, and order is asked once a second for each product', async () => {
  let now = 0;
  let asked = 0;
  const funnels = openSaleFunnels(
    {
      ask: <T>() => {
        asked += 1;
        return Promise.resolve({ saleFunnel: { held: asked } } as T);
      },
    },
    () => now,
  );
  await Promise.all([funnels.read('a'), funnels.read('a'), funnels.read('b')]);
  now = 999;
  expect(await funnels.read('a')).toEqual({ held: 1 });
  expect(asked).toBe(2);
  now = 1_000;
  expect(await funnels.read('a')).toEqual({ held: 3 });
});

test('points older than thirty days are forgotten, but not when a sale began', async () => {
  const { id } = await catalog.create();
  const days = (count: number) => ago(count * 86_400);
  await putPoint(id, days(50), { units: [9, 1, 0] });
  await putPoint(id, days(40), { decisions: 1 });
  await catalog.database.run(
    `INSERT INTO sale_point SELECT $1, now() - interval '31 days' - make_interval(secs => second), 1, 1, 1, 1
     FROM generate_series(1, 1100) AS second`,
    [id],
  );
  await putPoint(id, days(29), { decisions: 3 });
  expect(await forgetOldPoints(catalog.database)).toBe(1_101);
  expect(await forgetOldPoints(catalog.database)).toBe(0);
  const left = await catalog.database.query<{ at: Date }>(
    'SELECT at FROM sale_point WHERE product_id = $1 ORDER BY at',
    [id],
  );
  expect(left.map(({ at }) => at.toISOString())).toEqual([days(40), days(29)]);
  expect((await ask(id, 'firstSecond')).stats).toEqual({ firstSecond: days(40) });
});

test('points that stay are looked at once a round, however many batches they fill', async () => {
  const { database } = catalog;
  await database.run(
    `INSERT INTO sale_point SELECT gen_random_uuid(), now() - interval '60 days', 1, 1, 1, 1
     FROM generate_series(1, 2500)`,
  );
  const { id } = await catalog.create();
  await putPoint(id, ago(35 * 86_400), { units: [1, 0, 0] });
  let statements = 0;
  const counting: Pick<typeof database, 'query'> = {
    query: (...args) => {
      statements += 1;
      return database.query(...args);
    },
  };
  expect(await forgetOldPoints(counting)).toBe(1);
  expect(statements).toBe(3);
  await database.run(`DELETE FROM sale_point WHERE at < now() - interval '59 days'`);
});

test('of replicas side by side one forgets, and none again within the hour', async () => {
  const { database, redis, namespace } = catalog;
  const { id } = await catalog.create();
  const old = ago(40 * 86_400);
  const log = openLog('catalog', 'silent');
  const guard = openGuard(redis, namespace, log);
  let looked = 0;
  const counting: typeof guard = {
    ...guard,
    oncePer: async (...args) => {
      const ours = await guard.oncePer(...args);
      looked += 1;
      return ours;
    },
  };
  const left = () => database.query('SELECT at FROM sale_point WHERE product_id = $1', [id]);
  await putPoint(id, old, { units: [1, 0, 0] });
  const first = openForgettingPoints({ database, guard: counting, log });
  await eventually(() => expect(looked).toBe(1));
  expect(await left()).toEqual([]);
  await putPoint(id, old, { units: [1, 0, 0] });
  const second = openForgettingPoints({ database, guard: counting, log });
  await eventually(() => expect(looked).toBe(2));
  expect(await left()).toHaveLength(1);
  await first.close();
  await second.close();
});
