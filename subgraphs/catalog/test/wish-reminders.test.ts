import { afterAll, beforeEach, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import type { Identity } from '@stampede/shared/identity';
import type { SaleOpening } from '@stampede/shared/messages';
import { randomUUID } from 'node:crypto';
import { OPENING_SOON, remindWishers } from '../src/wishlist/reminders/remind-wishers.js';
import { purgeReminders } from '../src/wishlist/reminders/purge-reminders.js';
import { openCatalog, type CatalogUnderTest } from './open-catalog.js';
import { copies, somebody, unwish, wish } from './wish-fixture.js';

let catalog: CatalogUnderTest;
let database: Database;
beforeAll(async () => {
  catalog = await openCatalog();
  ({ database } = catalog);
});
afterAll(() => catalog[Symbol.asyncDispose]());
/** So that no test finds another’s sales opening. */
beforeEach(async () => {
  await database.run('DELETE FROM wish_reminder');
  await database.run('DELETE FROM wish');
  await database.run('DELETE FROM outbox');
});

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000);
const opening = async (minutes = 9) => (await catalog.create({ opensAt: inMinutes(minutes) })).id;

async function wishers(productId: string, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await database.run(
    'INSERT INTO wish (user_id, product_id) SELECT id, $1 FROM unnest($2::uuid[]) AS one (id)',
    [productId, ids],
  );
  return ids;
}

/** Runs one job until it finds nothing. @returns how many it says that it told */
async function work(on: Database = database): Promise<number> {
  let told = 0;
  while ((await remindWishers(on, (people) => (told += people))) > 0);
  return told;
}

/** What was told since it was asked last. */
async function messages(): Promise<SaleOpening[]> {
  const rows = await database.query<{ body: SaleOpening }>(
    `WITH said AS (DELETE FROM outbox WHERE routing_key = 'sale.opening' RETURNING id, body)
     SELECT body FROM said ORDER BY id`,
  );
  return rows.map(({ body }) => body);
}
const toldOf = async (productId: string) =>
  (await messages()).filter((said) => said.productId === productId).flatMap(({ userIds }) => userIds);

test('tells whoever wishes for a sale that opens within ten minutes of its name and time, once', async () => {
  const product = await catalog.create({ name: '한정판 <1>', opensAt: inMinutes(9) });
  const ids = await wishers(product.id, 3);
  expect(await work()).toBe(3);
  const [message, ...others] = await messages();
  expect(others).toEqual([]);
  expect(message).toEqual({
    productId: product.id,
    name: '한정판 <1>',
    opensAt: new Date(product.settings.opensAt).toISOString(),
    userIds: expect.any(Array),
  });
  expect(message?.userIds.toSorted()).toEqual(ids.toSorted());
  expect(await work()).toBe(0);
  expect(await messages()).toEqual([]);
});

test.each([
  ['opens in 11 minutes', { opens_at: inMinutes(11) }, false],
  ['opens in 2 minutes', { opens_at: inMinutes(2) }, true],
  ['opens in half a minute', { opens_at: inMinutes(0.5) }, false],
  ['has opened', { opens_at: inMinutes(-1) }, false],
  ['is paused', { paused: true }, false],
  ['was closed', { closes_at: inMinutes(-5) }, false],
  ['closes before it opens', { closes_at: inMinutes(3) }, false],
  ['closes after it opens', { closes_at: inMinutes(20) }, true],
])('of a sale that %s: %j', async (_, change, told) => {
  const id = await opening(5);
  for (const [column, value] of Object.entries(change)) {
    await database.run(`UPDATE product SET ${column} = $2 WHERE id = $1`, [id, value]);
  }
  const ids = await wishers(id, 1);
  await work();
  expect(await toldOf(id)).toEqual(told ? ids : []);
});

test('who wishes late is told as well, who takes the wish back is not, and who wishes again not twice', async () => {
  const id = await opening();
  const [early, gone, late] = [somebody(), somebody(), somebody()];
  await wish(catalog, id, early);
  await wish(catalog, id, gone);
  await unwish(catalog, id, gone);
  await work();
  expect(await toldOf(id)).toEqual([early.userId]);

  await unwish(catalog, id, early);
  await wish(catalog, id, early);
  await wish(catalog, id, late);
  await work();
  expect(await toldOf(id)).toEqual([late.userId]);
});

test('an opening that was moved is told again when it was moved by an hour or more', async () => {
  const id = await opening();
  const ids = await wishers(id, 1);
  /** As if what was told of had been so much earlier. */
  const earlier = async (by: string) => {
    await database.run('UPDATE wish SET told_of = told_of - $1::interval', [by]);
    await database.run('UPDATE wish_reminder SET opens_at = opens_at - $1::interval', [by]);
  };
  await work();
  expect(await toldOf(id)).toEqual(ids);
  await earlier('59 minutes');
  await work();
  expect(await toldOf(id)).toEqual([]);
  await earlier('1 minute');
  await work();
  expect(await toldOf(id)).toEqual(ids);
});

test('five at once tell 1,200 wishers of each of three sales, each once, and 500 in a message at most', async () => {
  const sales = new Map<string, string[]>();
  for (let made = 0; made < 3; made += 1) {
    const id = await opening(5 + made);
    sales.set(id, await wishers(id, 1_200));
  }
  let told = 0;
  while (told < 3_600) {
    const counts = await Promise.all([work(), work(), work(), work(), work()]);
    told += counts.reduce((sum, count) => sum + count, 0);
  }
  const said = await messages();
  for (const { userIds } of said) expect(userIds.length).toBeLessThanOrEqual(500);
  for (const [id, ids] of sales) {
    const heard = said.filter(({ productId }) => productId === id).flatMap(({ userIds }) => userIds);
    expect(heard.toSorted()).toEqual(ids.toSorted());
  }
  expect(told).toBe(3_600);
});

test('whoever dies while telling has told nobody, and the next one tells all', async () => {
  const id = await opening();
  const ids = await wishers(id, 2);
  const dying: Database = {
    ...database,
    transaction: (step, work) =>
      database.transaction('test', async (tx) => {
        await work(tx);
        throw new Error('killed before the commit');
      }),
  };
  let told = 0;
  await expect(remindWishers(dying, (people) => (told += people))).rejects.toThrow('killed');
  expect(told).toBe(0);
  expect(await toldOf(id)).toEqual([]);
  await work();
  expect((await toldOf(id)).toSorted()).toEqual(ids.toSorted());
});

test('waits for nobody who is taking a wish back, and tells them when they keep it', async () => {
  const id = await opening();
  const [first, second] = (await wishers(id, 2)) as [string, string];
  const undone = database.transaction('test', async (tx) => {
    await tx.run('DELETE FROM wish WHERE user_id = $1', [first]);
    await work();
    expect(await toldOf(id)).toEqual([second]);
    throw new Error('changed their mind');
  });
  await expect(undone).rejects.toThrow('changed their mind');
  await work();
  expect(await toldOf(id)).toEqual([first]);
});

test('tells the user service, and nobody else, what still opens', async () => {
  const product = await catalog.create({ name: 'Sneaker', opensAt: inMinutes(9) });
  const read = (identity: Identity, id = product.id) =>
    catalog.ask('query ($id: ID!) { openingSale(productId: $id) { name opensAt } }', { id }, identity);
  const USER = { kind: 'service', service: 'user' } as const;
  const opensAt = new Date(product.settings.opensAt).toISOString();
  expect((await read(USER)).data).toEqual({ openingSale: { name: 'Sneaker', opensAt } });
  for (const who of [somebody(), { kind: 'service', service: 'order' } as const])
    expect((await read(who)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  for (const id of [randomUUID(), 'nothing'])
    expect((await read(USER, id)).data).toEqual({ openingSale: null });
  for (const change of ['paused = true', `closes_at = opens_at`, `opens_at = now()`]) {
    const { id } = await catalog.create({ opensAt: inMinutes(9) });
    await database.run(`UPDATE product SET ${change} WHERE id = $1`, [id]);
    expect((await read(USER, id)).data).toEqual({ openingSale: null });
  }
});

test('of a sale that is being paused nobody is told, neither before nor after', async () => {
  const id = await opening();
  await wishers(id, 1);
  await database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM product WHERE id = $1 FOR NO KEY UPDATE', [id]);
    await tx.run('UPDATE product SET paused = true WHERE id = $1', [id]);
    expect(await work()).toBe(0);
  });
  expect(await work()).toBe(0);
  expect(await messages()).toEqual([]);
});

test('a sale that was paused after it had been found is not told of', async () => {
  const id = await opening();
  await wishers(id, 1);
  const late: Database = {
    ...database,
    transaction: async (step, work) => {
      await database.run('UPDATE product SET paused = true WHERE id = $1', [id]);
      return database.transaction(step, work);
    },
  };
  expect(await work(late)).toBe(0);
  expect(await messages()).toEqual([]);
});

test('a sale that is being told of cannot be changed until that is committed', async () => {
  const id = await opening();
  await wishers(id, 1);
  const change = (tx: { run: Database['run'] }) =>
    tx.run('SELECT FROM product WHERE id = $1 FOR NO KEY UPDATE NOWAIT', [id]);
  const watched: Database = {
    ...database,
    transaction: (step, work) =>
      database.transaction('test', async (tx) => {
        const done = await work(tx);
        await expect(change(database)).rejects.toThrow('could not obtain lock');
        return done;
      }),
  };
  expect(await work(watched)).toBe(1);
  await change(database);
});

test('neither a sale that cannot be told of nor twenty whose wishers are in hand keep the next one back', async () => {
  const first = await opening(3);
  const [one] = (await wishers(first, 1)) as [string];
  await database.run(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'cannot be told'; END $$`);
  await database.run(`CREATE TRIGGER refuse BEFORE UPDATE ON wish FOR EACH ROW
    WHEN (OLD.user_id = '${one}') EXECUTE FUNCTION refuse()`);
  const held = await copies(database, await opening(4), 20);
  for (const id of held) await wishers(id, 1);
  const last = await opening(8);
  const ids = await wishers(last, 600);
  try {
    await database.transaction('test', async (tx) => {
      await tx.run('SELECT FROM wish WHERE product_id = ANY($1) FOR UPDATE', [held]);
      await expect(work()).rejects.toThrow('cannot be told');
      expect((await toldOf(last)).toSorted()).toEqual(ids.toSorted());
    });
    await expect(work()).rejects.toThrow('cannot be told');
    expect(await messages()).toHaveLength(20);
  } finally {
    await database.run('DROP TRIGGER refuse ON wish');
  }
  expect(await work()).toBe(1);
});

test('finds what opens soon by an index among thousands of products and their wishers', async () => {
  const [id, far] = [await opening(), await opening(3 * 24 * 60)];
  await copies(database, far, 3_000);
  await wishers(far, 3_000);
  await wishers(id, 1);
  await database.run('ANALYZE product');
  await database.run('ANALYZE wish');
  const plan = await database.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN ${OPENING_SOON.replace('$1', '20').replace('$2', `'{}'`)}`,
  );
  const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(lines).not.toMatch(/Seq Scan/);
  expect(lines).toMatch(/Index .*on product/);
  expect(lines).toMatch(/wish_to_tell/);
});

test('forgets reminders and deleted accounts of more than 30 days ago, and no others', async () => {
  const id = await opening();
  const ages = ['31 days', '32 days', '29 days', '-1 hour'];
  await database.run(
    `INSERT INTO wish_reminder (product_id, user_id, opens_at)
     SELECT $1, gen_random_uuid(), now() - age::interval FROM unnest($2::text[]) AS old (age)`,
    [id, ages],
  );
  await database.run(
    `INSERT INTO deleted_account SELECT gen_random_uuid(), now() - age::interval FROM unnest($1::text[]) AS old (age)`,
    [ages.slice(0, 3)],
  );
  expect(await purgeReminders(database)).toBe(4);
  expect(await database.query('SELECT FROM wish_reminder')).toHaveLength(2);
  expect(await database.query('SELECT FROM deleted_account')).toHaveLength(1);
});
