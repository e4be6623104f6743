import { expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { goesWithOf } from '../src/single-fetch/goes-with.js';

const schema = buildSchema(`
  type Query { product(id: ID!): Product products(first: Int): [Product!]! named: Named me: Person }
  type Mutation { rename: Product }
  interface Named { name: String }
  type Product implements Named { id: ID! name: String wished: Boolean offers: [String!] seller: Person }
  type Person implements Named { id: ID! name: String }
`);
const tags = {
  public: new Set(
    'Named.name Query.product Query.products Query.named Mutation.rename Product.id Product.name Product.offers Product.seller Person.id'.split(
      ' ',
    ),
  ),
  costly: new Set(['Product.offers']),
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
  ['a page of a list', '{ products { id } }', 'its equals'],
])('knows with whose reads %s may go', (_, query, expected) => {
  expect(goesWithOf(schema, parse(query), tags)).toBe(expected);
});
