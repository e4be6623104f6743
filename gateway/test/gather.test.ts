import { expect, jest, test } from '@jest/globals';
import { isUnavailable } from '@stampede/shared/errors';
import { readBody, respond } from '@stampede/shared/http';
import { IDENTITY_HEADER, verifyIdentity, type Identity } from '@stampede/shared/identity';
import { openMetrics } from '@stampede/shared/telemetry';
import type { ServerResponse } from 'node:http';
import type { PublicRead } from '../src/upstream/gather.js';
import { openExchange } from '@stampede/shared/spread';
import { replicasAt } from './fixtures/replicas.js';
import { openSubgraphSource } from '../src/upstream/subgraph-source.js';
import { IDENTITY_SECRET, openBareSubgraph, until } from './fixtures/house.js';

interface Asked {
  query: string;
  operationName?: string;
  variables: Record<string, unknown> | Record<string, unknown>[];
  requestIds?: string[];
}
type Answer = (response: ServerResponse, asked: Asked) => unknown;

const BUYER: Identity = { kind: 'user', userId: 'u1', role: 'BUYER', sessionId: 's1' };

/** What a subgraph that repeats everybody's id says. */
const echo: Answer = (response, { variables }) =>
  respond(
    response,
    200,
    Array.isArray(variables) ? variables.map(({ id }) => ({ data: { id } })) : { data: { id: variables.id } },
  );

/** A source, before a subgraph that keeps what it was asked, and by whom. */
async function openSource(answer: Answer = echo, { takesMany = true } = {}) {
  const asked: Asked[] = [];
  const askers: unknown[] = [];
  const subgraph = await openBareSubgraph(async (request, response) => {
    const body = await readBody(request, 1_000_000);
    const header = request.headers[IDENTITY_HEADER] as string;
    const signed = verifyIdentity(IDENTITY_SECRET, 'catalog', header, body);
    askers.push(signed.ok && signed.identity);
    const question = JSON.parse(body.toString()) as Asked;
    asked.push(question);
    await answer(response, question);
  });
  const metrics = openMetrics('gateway');
  const gatheringRefused = metrics.counter('refused', 'x', ['subgraph']);
  const replicas = replicasAt('catalog', subgraph.url);
  const source = openSubgraphSource({
    name: 'catalog',
    exchange: openExchange({ replicas, path: '/graphql', deadlineMs: 1_000, metrics }),
    identitySecret: IDENTITY_SECRET,
    knowsClients: false,
    takesMany,
    duration: metrics.histogram('seconds', 'x', ['subgraph', 'outcome']),
    gathered: metrics.counter('gathered', 'x', ['subgraph']),
    gatheringRefused,
  });
  let requests = 0;
  const read = (id: string, operation: Partial<PublicRead> = {}) =>
    source.askTogether(
      {
        head: '{"query":"query A($id: ID!) { id }","variables":',
        variables: JSON.stringify({ id }),
        tail: ',"operationName":"A"}',
        goesWith: 'its kind',
        ...operation,
      },
      { identity: BUYER, requestId: `r${(requests += 1)}` },
    );
  return {
    asked,
    askers,
    read,
    refused: async () => (await gatheringRefused.get()).values,
    [Symbol.asyncDispose]: async () => {
      await source.close();
      await subgraph[Symbol.asyncDispose]();
    },
  };
}

test('asks once for reads of one operation that begin together, as nobody in particular', async () => {
  await using source = await openSource();
  const answers = await Promise.all(['a', 'b', 'a'].map((id) => source.read(id)));
  expect(answers).toEqual([{ data: { id: 'a' } }, { data: { id: 'b' } }, { data: { id: 'a' } }]);
  expect(source.asked).toEqual([
    {
      query: 'query A($id: ID!) { id }',
      operationName: 'A',
      variables: [{ id: 'a' }, { id: 'b' }],
      requestIds: ['r1', 'r2'],
    },
  ]);
  expect(source.askers).toEqual([{ kind: 'service', service: 'gateway' }]);
});

test('asks for one read alone as for any other request', async () => {
  await using source = await openSource();
  expect(await source.read('a')).toEqual({ data: { id: 'a' } });
  expect(source.asked.map(({ variables }) => variables)).toEqual([{ id: 'a' }]);
  expect(source.askers).toEqual([BUYER]);
});

test('asks again for what is begun after the same was sent, though it is not answered yet', async () => {
  let letGo = () => undefined as void;
  const gate = new Promise<void>((resolve) => (letGo = resolve));
  let units = 5;
  await using source = await openSource(async (response) => {
    const told = units;
    await gate;
    respond(response, 200, { data: { units: told } });
  });
  const before = source.read('a');
  await until(() => source.asked.length === 1);
  units = 4;
  const after = source.read('a');
  await until(() => source.asked.length === 2);
  letGo();
  expect(await before).toEqual({ data: { units: 5 } });
  expect(await after).toEqual({ data: { units: 4 } });
});

test('asks for different operations, and for more than 64 reads, in different questions', async () => {
  await using source = await openSource();
  const ids = Array.from({ length: 130 }, (_, index) => `p${index}`);
  const other = source.read('x', { head: '{"query":"{ other }","variables":' });
  const answers = await Promise.all([...ids.map((id) => source.read(id)), other]);
  expect(answers).toEqual([...ids, 'x'].map((id) => ({ data: { id } })));
  const sizes = source.asked.map(({ variables }) => (Array.isArray(variables) ? variables.length : 1));
  expect(sizes.toSorted((a, b) => a - b)).toEqual([1, 2, 64, 64]);
});

test('has a read that may be slow wait for nobody but its equals', async () => {
  await using source = await openSource();
  const slow = { goesWith: 'its equals' } as const;
  const answers = await Promise.all(['a', 'b', 'a'].map((id) => source.read(id, slow)));
  expect(answers.map(({ data }) => data)).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'a' }]);
  expect(source.asked.map(({ variables }) => variables)).toEqual(
    expect.arrayContaining([[{ id: 'a' }], { id: 'b' }]),
  );
  expect(source.asked).toHaveLength(2);
});

test('has variables of any length go alone', async () => {
  await using source = await openSource();
  await Promise.all(['a'.repeat(2_000), 'b', 'c'].map((id) => source.read(id)));
  expect(source.asked.map(({ variables }) => Array.isArray(variables))).toEqual([false, true]);
});

test('asks a subgraph that is not of the house for each by itself', async () => {
  await using source = await openSource(echo, { takesMany: false });
  await Promise.all(['a', 'b'].map((id) => source.read(id)));
  expect(source.asked.map(({ variables }) => variables)).toEqual(
    expect.arrayContaining([{ id: 'a' }, { id: 'b' }]),
  );
});

/** What a subgraph says that has never heard of questions for many. */
const ofAnotherRelease =
  (status = 400): Answer =>
  (response, asked) => {
    const errors = [{ message: 'request: is no request.', extensions: { code: 'BAD_USER_INPUT' } }];
    return Array.isArray(asked.variables) ? respond(response, status, { errors }) : echo(response, asked);
  };

test.each([400, 404, 405, 413, 422])('asks for each when a subgraph answers many with %s', async (status) => {
  await using source = await openSource(ofAnotherRelease(status));
  const answers = await Promise.all(['a', 'b', 'b'].map((id) => source.read(id)));
  expect(answers.map(({ data }) => data)).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'b' }]);
  // Each is asked for as whoever wants it.
  expect(source.askers).toEqual([{ kind: 'service', service: 'gateway' }, BUYER, BUYER, BUYER]);
  expect(await source.refused()).toMatchObject([{ labels: { subgraph: 'catalog' }, value: 1 }]);
});

test('remembers for ten seconds that a subgraph takes no question for many, then asks again', async () => {
  const clock = jest.spyOn(performance, 'now');
  try {
    await using source = await openSource(ofAnotherRelease());
    const readTwo = () => Promise.all(['a', 'b'].map((id) => source.read(id)));
    const questionsForMany = () => source.asked.filter(({ variables }) => Array.isArray(variables)).length;
    clock.mockReturnValue(50_000);
    await readTwo();
    clock.mockReturnValue(59_999);
    await readTwo();
    expect(questionsForMany()).toBe(1);
    clock.mockReturnValue(60_000);
    await readTwo();
    expect(questionsForMany()).toBe(2);
    expect(await source.refused()).toMatchObject([{ value: 2 }]);
  } finally {
    clock.mockRestore();
  }
});

test('gives each its own errors', async () => {
  const notFound = { message: 'No.', path: ['id'], extensions: { code: 'NOT_FOUND' } };
  const badInput = { message: 'id: no.', extensions: { code: 'BAD_USER_INPUT' } };
  const unknownField = {
    message: 'Cannot query field "id".',
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  };
  await using source = await openSource((response) =>
    respond(response, 200, [
      { data: { id: 'a' } },
      { data: { id: null }, errors: [notFound] },
      { errors: [badInput] },
      { errors: [unknownField] },
    ]),
  );
  const settled = await Promise.allSettled(['a', 'b', 'c', 'd'].map((id) => source.read(id)));
  expect(settled).toEqual([
    { status: 'fulfilled', value: { data: { id: 'a' } } },
    { status: 'fulfilled', value: { data: { id: null }, errors: [notFound] } },
    { status: 'fulfilled', value: { data: null, errors: [badInput] } },
    { status: 'rejected', reason: expect.objectContaining({ name: 'UnusableAnswer' }) },
  ]);
});

test.each<[string, Answer, boolean]>([
  ['never answers', () => undefined, true],
  ['closes the connection', (response) => void response.destroy(), true],
  ['answers with a proxy’s page', (response) => respond(response, 502, '<h1>nginx</h1>'), true],
  ['refuses our signature', (response) => respond(response, 401, { errors: [{ message: 'No.' }] }), false],
  ['answers as to one request', (response) => respond(response, 200, { data: {} }), false],
  ['answers too few', (response) => respond(response, 200, [{ data: {} }]), false],
])('fails each of many when a subgraph %s', async (_, answer, unavailable) => {
  await using source = await openSource(answer);
  const settled = await Promise.allSettled(['a', 'b', 'b'].map((id) => source.read(id)));
  expect(source.asked).toHaveLength(1);
  const reasons = settled.map((one) => (one.status === 'rejected' ? (one.reason as Error) : undefined));
  expect(reasons.map((reason) => isUnavailable(reason))).toEqual([unavailable, unavailable, unavailable]);
  expect(reasons.every((reason) => reason instanceof Error)).toBe(true);
});
