import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeCursor } from '@stampede/shared/graphql';
import type { Identity } from '@stampede/shared/identity';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { readPersonalData } from '../src/personal-data/read-personal-data.js';
import { lockWishesOf } from '../src/wishlist/lock-wishes.js';
import { openCatalog, type CatalogUnderTest } from './open-catalog.js';
import { copies, forget, somebody, unwish, wish } from './wish-fixture.js';

const SERVICE: Identity = { kind: 'service', service: 'order' };
const USER: Identity = { kind: 'service', service: 'user' };
let catalog: CatalogUnderTest;
let products: string[];
beforeAll(async () => {
  catalog = await openCatalog();
  products = await copies(catalog.database, (await catalog.create()).id, 1_010);
});
afterAll(() => catalog[Symbol.asyncDispose]());

const LIST = `query ($first: Int, $after: String) { wishlist(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id wished } } } }`;
const list = async (me: Identity, variables: object = {}) => {
  const { data, errors } = await catalog.ask(LIST, variables, me);
  expect(errors).toBeUndefined();
  return data.wishlist;
};
const idsOf = ({ edges }: { edges: { node: { id: string } }[] }) => edges.map(({ node }) => node.id);
const product = (index: number) => products[index] as string;
const codesOf = ({ errors = [] }: { errors?: { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code);

/** Wishes for the first so many, at once, as of before any test. */
const fill = (userId: string, count: number) =>
  catalog.database.run(
    `INSERT INTO wish (user_id, product_id, wished_at)
     SELECT $1, id, '2026-01-01' FROM unnest($2::uuid[]) AS product (id)`,
    [userId, products.slice(0, count)],
  );

test('lists what somebody wishes for, the newest wish first, and each once', async () => {
  const [me, other] = [somebody(), somebody()];
  for (const index of [0, 1, 2]) {
    expect((await wish(catalog, product(index), me)).data).toEqual({
      wish: { id: product(index), wished: true },
    });
  }
  await wish(catalog, product(3), other);
  expect((await wish(catalog, product(0).toUpperCase(), me)).data.wish).toEqual({
    id: product(0),
    wished: true,
  });
  expect(await list(me)).toMatchObject({ totalCount: 3 });
  expect(idsOf(await list(me))).toEqual([product(2), product(1), product(0)]);

  for (let time = 0; time < 2; time += 1) {
    expect((await unwish(catalog, product(0), me)).data).toEqual({
      unwish: { id: product(0), wished: false },
    });
  }
  expect(idsOf(await list(me))).toEqual([product(2), product(1)]);
  await wish(catalog, product(0), me);
  expect(idsOf(await list(me))).toEqual([product(0), product(2), product(1)]);
});

test.each([1, 2, 3, 7, 100])('pages of %i show every wish once, in one order', async (first) => {
  const me = somebody();
  // Six in one instant, and one that is a microsecond newer.
  await fill(me.userId, 7);
  await catalog.database.run(
    `UPDATE wish SET wished_at = wished_at + interval '1 microsecond' WHERE user_id = $1 AND product_id = $2`,
    [me.userId, product(3)],
  );
  const rest = products.slice(0, 7).filter((id) => id !== product(3));
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof list>> = await list(me, { first, after });
    expect(page.totalCount).toBe(7);
    expect(page.pageInfo).toMatchObject({
      hasPreviousPage: after !== null,
      startCursor: page.edges[0].cursor,
      endCursor: page.edges.at(-1).cursor,
    });
    seen.push(...idsOf(page));
    expect(page.pageInfo.hasNextPage).toBe(seen.length < 7);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  expect(seen).toEqual([product(3), ...rest.toSorted().toReversed()]);
});

test.each([
  ['a page of 101', { first: 101 }, 'first'],
  ['a page of -1', { first: -1 }, 'first'],
  [
    'another list’s cursor',
    { after: encodeCursor('products', '2026-02-01T00:00:12.000000Z', randomUUID()) },
    'after',
  ],
  ['a forged cursor', { after: 'forged' }, 'after'],
])('refuses %s', async (_, variables, path) => {
  const { errors } = await catalog.ask(LIST, variables, somebody());
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [{ path }] } }]);
});

test('there is nothing to wish for where there is no product, and nobody to wish who is not signed in', async () => {
  for (const change of [wish, unwish]) {
    for (const id of [randomUUID(), 'nothing'])
      expect(codesOf(await change(catalog, id, somebody()))).toEqual(['NOT_FOUND']);
    for (const nobody of [undefined, SERVICE])
      expect(codesOf(await change(catalog, product(0), nobody))).toEqual(['UNAUTHENTICATED']);
  }
  expect(codesOf(await catalog.ask(LIST))).toEqual(['UNAUTHENTICATED']);
});

test('a list says what is wished for at the cost of one statement, and of none to nobody', async () => {
  const [me, other] = [somebody(), somebody()];
  for (const index of [5, 6]) await wish(catalog, product(index), me);
  await wish(catalog, product(7), other);
  const representations = products.slice(0, 100).map((id) => ({ __typename: 'Product', id }));
  const wishedBy = async (identity?: Identity) => {
    const before = catalog.asked.statements;
    const { data } = await catalog.ask(
      `query ($representations: [_Any!]!) {
        _entities(representations: $representations) { ... on Product { id wished } } }`,
      { representations },
      identity,
    );
    const entities = data._entities as { id: string; wished: boolean }[];
    expect(entities).toHaveLength(100);
    // The products are one.
    return {
      statements: catalog.asked.statements - before - 1,
      ids: entities.filter(({ wished }) => wished).map(({ id }) => id),
    };
  };
  expect(await wishedBy(me)).toEqual({ statements: 1, ids: [product(5), product(6)] });
  expect(await wishedBy()).toEqual({ statements: 0, ids: [] });
  expect(await wishedBy(SERVICE)).toEqual({ statements: 0, ids: [] });
});

test('wishes are counted only when it is asked how many there are', async () => {
  const me = somebody();
  for (const [fields, statements] of [
    ['edges { node { id } }', 1],
    ['totalCount edges { node { id } }', 2],
  ] as const) {
    const before = catalog.asked.statements;
    await catalog.ask(`{ wishlist { ${fields} } }`, {}, me);
    expect(catalog.asked.statements - before).toBe(statements);
  }
});

test('a wishlist holds 1,000 products, also when 20 more are wished for at once', async () => {
  const me = somebody();
  await fill(me.userId, 990);
  const answers = await Promise.all(products.slice(990, 1_010).map((id) => wish(catalog, id, me)));
  expect(answers.filter(({ errors }) => !errors)).toHaveLength(10);
  const refused = answers.flatMap(({ errors = [] }) => errors);
  expect(refused).toHaveLength(10);
  for (const { extensions } of refused)
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'productId' }] });
  expect(await list(me)).toMatchObject({ totalCount: 1_000 });
  // One that is there is no more of them, and one that goes makes room.
  expect(codesOf(await wish(catalog, product(0), me))).toEqual([]);
  await unwish(catalog, product(0), me);
  expect(codesOf(await wish(catalog, product(0), me))).toEqual([]);
});

test('a deletion waits for a wish that is under way, and takes it away', async () => {
  const { database } = catalog;
  const { userId } = somebody();
  let forgetting: Promise<void> | undefined;
  await database.transaction('test', async (tx) => {
    await lockWishesOf(tx, userId);
    let forgotten = false;
    forgetting = forget(database, userId).finally(() => (forgotten = true));
    await eventually(async () => {
      const waits = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      if (!forgotten && waits.length === 0) throw new Error('the deletion is not there yet');
    });
    await tx.run('INSERT INTO wish (user_id, product_id) VALUES ($1, $2)', [userId, product(0)]);
  });
  await forgetting;
  expect(await database.query('SELECT FROM wish WHERE user_id = $1', [userId])).toEqual([]);
});

test('nothing is kept of an account that is deleted, not even a wish that comes with it', async () => {
  const { database } = catalog;
  for (let round = 0; round < 10; round += 1) {
    const me = somebody();
    await fill(me.userId, 3);
    await database.run(
      `INSERT INTO wish_reminder (product_id, user_id, opens_at) VALUES ($1, $2, now() + interval '1 minute')`,
      [product(0), me.userId],
    );
    const wishes = [3, 4, 5, 6].map((index) => wish(catalog, product(index), me));
    await Promise.all([...wishes, forget(database, me.userId)]);
    // Told again, as messages may be.
    await forget(database, me.userId);
    for (const answer of await Promise.all(wishes)) {
      if (answer.errors) expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
    }
    expect(codesOf(await wish(catalog, product(0), me))).toEqual(['UNAUTHENTICATED']);
    for (const table of ['wish', 'wish_reminder']) {
      expect(await database.query(`SELECT FROM ${table} WHERE user_id = $1`, [me.userId])).toEqual([]);
    }
  }
});

test('tells the user service, and nobody else, all that is kept of a person’s wishes', async () => {
  const me = somebody();
  await fill(me.userId, 502);
  const opensAt = '2026-03-01T00:00:00+00:00';
  await catalog.database.run(
    'INSERT INTO wish_reminder (product_id, user_id, opens_at) VALUES ($1, $2, $3)',
    [product(0), me.userId, opensAt],
  );
  const QUERY = `query ($userId: ID!, $after: String) { page: personalDataOfWishes(userId: $userId, after: $after) }`;
  const ask = (after: string | null, identity: Identity) =>
    catalog.ask(QUERY, { userId: me.userId, after }, identity);
  expect(codesOf(await ask(null, me))).toEqual(['FORBIDDEN']);
  expect(codesOf(await ask(null, SERVICE))).toEqual(['FORBIDDEN']);

  const items: { productId: string }[] = [];
  let after: string | null = null;
  do {
    const { data } = await ask(after, USER);
    const page = JSON.parse(data.page as string) as { items: typeof items; next: string | null };
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  const newestFirst = products.slice(0, 502).toSorted().toReversed();
  expect(items.map(({ productId }) => productId)).toEqual(newestFirst);
  const told = (id: string) => ({
    productId: id,
    product: 'Test sneaker',
    wishedAt: expect.any(String),
    toldOfOpeningAt: id === product(0) ? opensAt : null,
  });
  expect(items).toEqual(newestFirst.map(told));
});

test('tells of a reminder also when its wish was taken back', async () => {
  const [me, other] = [somebody(), somebody()];
  const { database } = catalog;
  await wish(catalog, product(1), me);
  await wish(catalog, product(1), other);
  const told = `INSERT INTO wish_reminder (product_id, user_id, opens_at) VALUES ($1, $2, $3)`;
  const opensAt = '2026-03-01T00:00:00+00:00';
  for (const id of [product(0), product(2)]) await database.run(told, [id, me.userId, opensAt]);
  for (const id of [product(0), product(3)]) await database.run(told, [id, other.userId, opensAt]);
  await wish(catalog, product(2), me);
  await unwish(catalog, product(2), me);
  const { items } = await readPersonalData(database, me.userId, null);
  expect(items[0]).toMatchObject({ productId: product(1), toldOfOpeningAt: null });
  const takenBack = (productId: string) => ({
    productId,
    product: 'Test sneaker',
    wishedAt: null,
    toldOfOpeningAt: opensAt,
  });
  const newestFirst = [product(0), product(2)].toSorted().toReversed();
  expect(items.slice(1)).toEqual(newestFirst.map(takenBack));
});
