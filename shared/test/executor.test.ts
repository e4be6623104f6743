import { expect, test } from '@jest/globals';
import { Unavailable, notFound } from '@stampede/shared/errors';
import { openLog } from '@stampede/shared/telemetry';
import { buildSchema } from 'graphql';
import { openExecutor } from '../src/subgraph/executor.js';

const schema = buildSchema(`
  type Query { echo(text: String!): String! fail(how: String!): String both: Both! }
  type Both { good: Int! bad: Int }
  type Mutation { count: Int! }
  type Subscription { ticks: Int! }`);
let counted = 0;
const failures: Record<string, () => Error> = {
  crash: () => new Error('relation "secret" does not exist'),
  away: () => new Unavailable('PostgreSQL at 10.0.0.5'),
  missing: () => notFound('product'),
};
const resolvers: Record<string, Record<string, unknown>> = {
  Query: {
    echo: (_: unknown, { text }: { text: string }) => text,
    fail: (_: unknown, { how }: { how: string }) => {
      throw failures[how]?.() ?? new Error(how);
    },
    both: () => ({ good: 1 }),
  },
  Both: {
    bad: () => {
      throw notFound('half');
    },
  },
  Mutation: { count: () => (counted += 1) },
};
for (const [type, fields] of Object.entries(resolvers)) {
  const known = schema.getType(type);
  if (!known || !('getFields' in known)) throw new Error(`no type ${type}`);
  for (const [name, resolve] of Object.entries(fields)) {
    const field = known.getFields()[name];
    if (field && 'resolve' in field) field.resolve = resolve as never;
  }
}
const executor = openExecutor(schema, openLog('test', 'silent'));
const run = (request: unknown) => executor.execute(request, { requestId: 'r1' });

test('executes a document again and again, each time with its own variables', async () => {
  const query = 'query A($text: String!) { echo(text: $text) } query B { other: echo(text: "b") }';
  for (const text of ['one', 'two']) {
    expect(await run({ query, variables: { text }, operationName: 'A' })).toEqual({ data: { echo: text } });
    expect(await run({ query, operationName: 'B' })).toEqual({ data: { other: 'b' } });
  }
});

test.each([
  ['no request', 'Unexpected token', 'BAD_USER_INPUT'],
  ['no text', { query: 7 }, 'BAD_USER_INPUT'],
  ['variables that are a list', { query: '{ both { good } }', variables: [] }, 'BAD_USER_INPUT'],
  ['a name that is no text', { query: '{ both { good } }', operationName: 7 }, 'BAD_USER_INPUT'],
  ['no such operation', { query: 'query A { both { good } }', operationName: 'B' }, 'BAD_USER_INPUT'],
  [
    'one of two without a name',
    { query: 'query A { both { good } } query B { both { good } }' },
    'BAD_USER_INPUT',
  ],
  ['a variable that does not fit', { query: 'query ($t: String!) { echo(text: $t) }' }, 'BAD_USER_INPUT'],
  ['what does not parse', { query: '{ both {' }, 'GRAPHQL_PARSE_FAILED'],
  ['what does not fit the schema', { query: '{ nothing }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ['an introspection', { query: '{ __schema { types { name } } }' }, 'GRAPHQL_VALIDATION_FAILED'],
  ['a subscription', { query: 'subscription { ticks }' }, 'GRAPHQL_VALIDATION_FAILED'],
])('refuses %s without executing anything', async (_, request, code) => {
  const result = await run(request);
  expect(result).not.toHaveProperty('data');
  expect([...new Set(result.errors?.map(({ extensions }) => extensions?.code))]).toEqual([code]);
});

test.each([
  ['crash', { code: 'INTERNAL', requestId: 'r1' }],
  ['away', { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 }],
  ['missing', { code: 'NOT_FOUND' }],
])('tells no more of a failure than is documented: %s', async (how, extensions) => {
  const result = await run({ query: 'query ($how: String!) { fail(how: $how) }', variables: { how } });
  expect(result.data).toEqual({ fail: null });
  expect(result.errors).toEqual([expect.objectContaining({ path: ['fail'], extensions })]);
  expect(JSON.stringify(result)).not.toMatch(/secret|10\.0\.0\.5/);
});

test('gives what is good beside what has failed', async () => {
  const { data, errors } = await run({ query: '{ both { good bad } }' });
  expect(data).toEqual({ both: { good: 1, bad: null } });
  expect(errors).toHaveLength(1);
});

test('executes a mutation once for each time it is asked', async () => {
  for (const expected of [1, 2, 3]) {
    expect(await run({ query: 'mutation { count }' })).toEqual({ data: { count: expected } });
  }
});
