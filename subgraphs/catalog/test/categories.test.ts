import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ANONYMOUS, type Identity } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await openCatalog();
});
beforeEach(async () => {
  await catalog.database.run('DELETE FROM product');
  await catalog.database.run('DELETE FROM category');
});
afterAll(() => catalog[Symbol.asyncDispose]());

const OPERATOR = { ...SELLER, userId: randomUUID(), role: 'OPERATOR' } as Identity;
const asks = async (call: string, identity: Identity = OPERATOR) => {
  const fields = call.startsWith('removeCategory') ? '' : '{ id name }';
  const { data, errors } = await catalog.ask(`mutation { it: ${call} ${fields} }`, {}, identity);
  return errors ? errors[0]?.extensions : data.it;
};
const add = async (name: string) => asks(`createCategory(name: ${JSON.stringify(name)})`);
const rename = (id: string, name: string) =>
  asks(`renameCategory(id: "${id}", name: ${JSON.stringify(name)})`);
const remove = (id: string) => asks(`removeCategory(id: "${id}")`);
const all = async () => (await catalog.ask('{ categories { id name } }')).data.categories as object[];
const refused = (path: string) => ({
  code: 'BAD_USER_INPUT',
  fields: [{ path, message: expect.any(String) }],
});

test('operators keep them, and everybody reads them by name', async () => {
  const [shoes, tickets] = [await add(' shoes '), await add('Tickets')];
  const korean = await add('<i>한정판</i>');
  expect(shoes).toEqual({ id: expect.any(String), name: 'shoes' });
  expect(await all()).toEqual([korean, shoes, tickets]);
  expect(await rename(tickets.id, 'Admissions')).toEqual({ id: tickets.id, name: 'Admissions' });
  // One's own name, written another way.
  expect(await rename(shoes.id.toUpperCase(), 'SHOES')).toEqual({ id: shoes.id, name: 'SHOES' });
  expect(await remove(korean.id)).toBe(true);
  expect(await all()).toEqual([
    { id: tickets.id, name: 'Admissions' },
    { id: shoes.id, name: 'SHOES' },
  ]);
});

test.each(['', '  ', 'x'.repeat(101), 'a\0b'])('%j is no name', async (name) => {
  const { id } = await add('Shoes');
  expect(await add(name)).toEqual(refused('name'));
  expect(await rename(id, name)).toEqual(refused('name'));
  expect(await all()).toEqual([{ id, name: 'Shoes' }]);
});

test('no two are called the same, whatever the case and width, also when both come at once', async () => {
  const { id } = await add('Limited shoes');
  const other = await add('Posters');
  for (const same of ['LIMITED SHOES', 'Ｌｉｍｉｔｅｄ　shoes', 'limited  shoes']) {
    expect(await add(same)).toEqual(refused('name'));
    expect(await rename(other.id, same)).toEqual(refused('name'));
  }
  const both = await Promise.all([add('New'), add('new')]);
  expect(both.filter((answer) => 'id' in answer)).toHaveLength(1);
  expect(both).toContainEqual(refused('name'));
  expect(await rename(id, 'x'.repeat(100))).toMatchObject({ id });
});

test('one that is not there is not found, and not removed', async () => {
  for (const id of [randomUUID(), 'no id', '']) {
    expect(await rename(id, 'Name')).toEqual({ code: 'NOT_FOUND' });
    expect(await remove(id)).toBe(false);
  }
});

test('there are a thousand at most, and many at once are not one too many', async () => {
  await catalog.database.run(
    `INSERT INTO category (name, name_key) SELECT 'C' || i, 'c' || i FROM generate_series(1, 999) i`,
  );
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => add(`More ${index}`)));
  expect(answers.filter((answer) => 'id' in answer)).toHaveLength(1);
  expect(answers).toContainEqual(refused('name'));
  expect(await all()).toHaveLength(1_000);
});

test('one that products are of stays', async () => {
  const { id } = await add('Shoes');
  const product = await catalog.create({ categoryId: id });
  expect(await remove(id)).toEqual(refused('id'));
  await catalog.ask(
    'mutation ($id: ID!) { updateProduct(id: $id, patch: { categoryId: null }) { id } }',
    { id: product.id },
    SELLER,
  );
  expect(await remove(id)).toBe(true);
});

test('a product and the removal of its category, at once: one of them is refused', async () => {
  for (let round = 0; round < 8; round += 1) {
    const { id } = await add(`Shoes ${round}`);
    const creating = catalog.create({ categoryId: id }).then(
      () => 'created',
      (error: { extensions: object }) => error.extensions,
    );
    const [created, removed] = await Promise.all([creating, remove(id)]);
    if (created === 'created') expect(removed).toEqual(refused('id'));
    else expect([created, removed]).toEqual([refused('input.categoryId'), true]);
  }
});

test('the categories of a whole list are one statement', async () => {
  const ids = [(await add('Shoes')).id, (await add('Posters')).id, null];
  for (let index = 0; index < 12; index += 1) await catalog.create({ categoryId: ids[index % 3] as string });
  const statementsOf = async (fields: string) => {
    const before = catalog.asked.statements;
    const { data } = await catalog.ask(`{ products { edges { node { id ${fields} } } } }`);
    const names = data.products.edges.map(
      (edge: { node: { category?: { name: string } } }) => edge.node.category?.name,
    );
    return { names, statements: catalog.asked.statements - before };
  };
  const without = await statementsOf('');
  const { names, statements } = await statementsOf('category { name }');
  expect(names.toSorted()).toEqual([
    ...Array.from({ length: 4 }, () => 'Posters'),
    ...Array.from({ length: 4 }, () => 'Shoes'),
    ...Array.from({ length: 4 }, () => undefined),
  ]);
  expect(statements - without.statements).toBe(1);
});

test('only operators keep them', async () => {
  const { id } = await add('Shoes');
  const calls = [
    'createCategory(name: "New")',
    `renameCategory(id: "${id}", name: "New")`,
    `removeCategory(id: "${id}")`,
  ];
  for (const call of calls) {
    expect(await asks(call, ANONYMOUS)).toEqual({ code: 'UNAUTHENTICATED' });
    for (const role of ['BUYER', 'SELLER'] as const) {
      expect(await asks(call, { ...SELLER, role } as Identity)).toEqual({ code: 'FORBIDDEN' });
    }
  }
  expect(await all()).toEqual([{ id, name: 'Shoes' }]);
});
