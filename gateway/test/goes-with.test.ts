import { expect, test } from '@jest/globals';
import { ACCESS } from '@stampede/shared/access';
import { buildSchema, getNamedType, getNullableType, isListType, parse } from 'graphql';
import { readFileSync } from 'node:fs';
import { goesWithOf } from '../src/single-fetch/goes-with.js';

const schema = buildSchema(`
  type Query { product(id: ID!): Product products(first: Int): [Product!]! named: Named me: Person }
  type Mutation { rename: Product }
  interface Named { name: String }
  type Product implements Named { id: ID! name: String wished: Boolean offers: [String!] brands(first: Int): [String!] seller: Person }
  type Person implements Named { id: ID! name: String }
`);
const tags = {
  public: new Set(
    'Named.name Query.product Query.products Query.named Mutation.rename Product.id Product.name Product.offers Product.brands Product.seller Person.id'.split(
      ' ',
    ),
  ),
  costly: new Set(['Product.offers', 'Query.products']),
};

test.each([
  ['public fields', '{ product(id: 1) { id name __typename } }', 'its kind'],
  ['public fields in fragments', '{ product(id: 1) { ...F } } fragment F on Product { name }', 'its kind'],
  ['what differs by the caller', '{ product(id: 1) { id wished } }', undefined],
  ['it in a fragment', '{ product(id: 1) { ...F } } fragment F on Product { wished }', undefined],
  ['it under another name', '{ product(id: 1) { name: wished } }', undefined],
  [
    'it where a variable leaves it out',
    'query ($no: Boolean!) { product(id: 1) { id wished @include(if: $no) } }',
    undefined,
  ],
  ['it in a list', '{ products { id wished } }', undefined],
  ['it in what a public field leads to', '{ product(id: 1) { seller { id name } } }', undefined],
  ['a private root', '{ me { id } }', undefined],
  ['an interface that a type with private fields has', '{ named { name } }', undefined],
  ['that interface, narrowed to the public type', '{ named { ... on Product { name } } }', 'its kind'],
  ['a mutation', 'mutation { rename { id } }', undefined],
  ['what costs more', '{ product(id: 1) { offers } }', 'its equals'],
  ['a costly root', '{ products { id } }', 'its equals'],
  ['a page that is not marked', '{ product(id: 1) { brands(first: 1) } }', 'its kind'],
])('knows with whose reads %s may go', (_, query, expected) => {
  expect(goesWithOf(schema, parse(query), tags)).toBe(expected);
});

test('every list that anybody may ask for is marked as costly', () => {
  const api = buildSchema(readFileSync(new URL('../api.graphql', import.meta.url), 'utf8'));
  const lists = Object.values(api.getQueryType()?.getFields() ?? {})
    .filter(({ type }) => isListType(getNullableType(type)) || getNamedType(type).name.endsWith('Connection'))
    .map(({ name }) => ({ name, ...ACCESS.get(`Query.${name}`) }))
    .filter((field) => field.public);
  expect(lists.map(({ name }) => name).toSorted()).toEqual(['categories', 'products']);
  expect(lists.every(({ costly }) => costly)).toBe(true);
});
