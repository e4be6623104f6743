import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { access, accessTable } from '@stampede/shared/access';
import { notFound } from '@stampede/shared/errors';
import { buildSubgraph } from '@stampede/shared/graphql';
import { ANONYMOUS, IDENTITY_HEADER, signIdentity, type Identity } from '@stampede/shared/identity';
import { DEADLINE_HEADER, remainingMs } from '@stampede/shared/spread';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { currentRequestId, openLog, openMetrics } from '@stampede/shared/telemetry';
import { Arg, Ctx, Int, Mutation, Query, Resolver } from 'type-graphql';
import { serveSubgraph, type SubgraphServer } from '../src/subgraph/serve.js';

const SECRET = 'local-only-identity-secret-of-tests';
const GATEWAY: Identity = { kind: 'service', service: 'gateway' };
const BUYER: Identity = { kind: 'user', userId: 'buyer', role: 'BUYER', sessionId: 'session' };
let renamed = 0;

@Resolver()
class AskerResolver {
  @Query(() => String)
  asker(@Ctx() { identity, requestId }: SubgraphContext, @Arg('n', () => Int) n: number): string {
    if (n < 0) throw notFound('number');
    return `${n} ${JSON.stringify(identity)} ${requestId} ${currentRequestId()}`;
  }

  @Query(() => Boolean)
  isHurried(): boolean {
    return remainingMs() < Infinity;
  }

  @Mutation(() => Int)
  rename(): number {
    return (renamed += 1);
  }
}

let server: SubgraphServer;
beforeAll(async () => {
  const { PUBLIC, ANYONE } = access;
  const subgraph = await buildSubgraph({
    resolvers: [new AskerResolver()],
    access: accessTable([
      ['Query', PUBLIC, 'asker isHurried'],
      ['Mutation', ANYONE, 'rename'],
    ]),
  });
  server = await serveSubgraph({
    service: 'asker',
    subgraph,
    identitySecret: SECRET,
    host: '127.0.0.1',
    port: 0,
    readiness: () => Promise.resolve([]),
    log: openLog('test', 'silent'),
    metrics: openMetrics('asker'),
  });
});
afterAll(() => server.close());
beforeEach(() => {
  renamed = 0;
});

async function ask(request: object, identity: Identity = GATEWAY) {
  const body = JSON.stringify(request);
  const signature = signIdentity(SECRET, { audience: 'asker', identity, requestId: 'r0' }, body);
  const response = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
    method: 'POST',
    headers: { [IDENTITY_HEADER]: signature, [DEADLINE_HEADER]: '60000' },
    body,
  });
  return { status: response.status, answer: await response.json() };
}

const query = 'query ($n: Int!) { asker(n: $n) }';
const numbered = (count: number) => ({
  query,
  variables: Array.from({ length: count }, (_, n) => ({ n })),
  requestIds: Array.from({ length: count }, (_, n) => `r${n}`),
});

test('answers each of many reads as nobody’s, under the id of its own request', async () => {
  const { status, answer } = await ask(numbered(64));
  expect(status).toBe(200);
  expect(answer).toEqual(
    Array.from({ length: 64 }, (_, n) => ({
      data: { asker: `${n} ${JSON.stringify(ANONYMOUS)} r${n} r${n}` },
    })),
  );
});

test('works within the deadline of one who asks, and not of one of many', async () => {
  const one = { query: '{ isHurried }' };
  expect(await ask(one)).toMatchObject({ answer: { data: { isHurried: true } } });
  const many = { ...one, variables: [{}, {}], requestIds: ['r0', 'r1'] };
  expect(await ask(many)).toMatchObject({
    answer: [{ data: { isHurried: false } }, { data: { isHurried: false } }],
  });
});

test('answers the others when one of many fails, or does not fit', async () => {
  const { status, answer } = await ask({
    query,
    variables: [{ n: -1 }, { n: 'seven' }, { n: 1 }],
    requestIds: ['r0', 'r1', 'r2'],
  });
  expect(status).toBe(200);
  expect(answer).toMatchObject([
    { data: null, errors: [{ extensions: { code: 'NOT_FOUND' } }] },
    { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    { data: { asker: expect.stringMatching(/^1 /) } },
  ]);
  expect((answer as object[])[1]).not.toHaveProperty('data');
});

test.each<[string, Identity]>([
  ['a person', BUYER],
  ['nobody', ANONYMOUS],
  ['another service', { kind: 'service', service: 'order' }],
])('refuses many reads of %s', async (_, identity) => {
  expect(await ask(numbered(2), identity)).toMatchObject({
    status: 400,
    answer: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
  });
});

test.each<[string, object]>([
  ['more than 64', numbered(65)],
  ['none', numbered(0)],
  ['requests without a name', { ...numbered(2), requestIds: ['r0'] }],
  ['names that are none', { ...numbered(2), requestIds: ['r0', 7] }],
  ['no names', { ...numbered(2), requestIds: undefined }],
  ['no document', { ...numbered(2), query: undefined }],
  ['mutations', { query: 'mutation { rename }', variables: [{}], requestIds: ['r0'] }],
  [
    'a mutation beside a query',
    {
      query: `${query.replace('query', 'query A')} mutation B { rename }`,
      operationName: 'B',
      variables: [{}],
      requestIds: ['r0'],
    },
  ],
])('refuses %s, and executes nothing', async (_, request) => {
  expect((await ask(request)).status).toBe(400);
  expect(renamed).toBe(0);
});
