import { expect, test } from '@jest/globals';
import { respond, type Route } from '@stampede/shared/http';
import { priorityOf } from '../src/admission/priorities.js';
import { openPriorityOfRequest } from '../src/admission/priority-of-request.js';
import { openChargeOfRequest } from '../src/rates/charge-of-request.js';
import { openBareSubgraph, startGateway, until, type TestGateway } from './fixtures/house.js';

const READ = '{ product(id: "p1") { name } }';
const CHANGE = 'mutation { rename(id: "p1", name: "new") { name } }';
const ANSWER = { data: { product: { name: 'whole' }, rename: { name: 'new' } } };
/** Holds every answer until it is let go. */
async function openSlowSubgraph() {
  const held: (() => void)[] = [];
  const subgraph = await openBareSubgraph(
    (_, response) => void held.push(() => respond(response, 200, ANSWER)),
  );
  return { ...subgraph, held, letGo: () => held.splice(0).forEach((go) => go()) };
}

const read = async (gateway: TestGateway, name: string) => {
  const { text } = await gateway.get('/metrics');
  return text
    .split('\n')
    .find((line) => line.startsWith(name))
    ?.split(' ')
    .at(-1);
};

test('refuses early what it cannot do, for a time, and does all that it has let in', async () => {
  await using subgraph = await openSlowSubgraph();
  await using gateway = await startGateway({
    CATALOG_URL: subgraph.url,
    ADMISSION_PLACES: '1',
    ADMISSION_WAITING: '1',
    ADMISSION_PATIENCE_MS: '600000',
  });
  // One in the place that is for all, and those that are for reads alone.
  const asked = Array.from({ length: 17 }, () => gateway.ask(READ));
  await until(() => subgraph.held.length === 17);
  const waits = gateway.ask(READ);
  await until(async () => (await read(gateway, 'stampede_admission_waiting{kind="read"')) === '1');

  // Its token is not even looked at.
  const refused = await gateway.ask(READ, { authorization: 'Bearer no.such.token' });
  expect(refused.status).toBe(503);
  const [error] = refused.body.errors ?? [];
  expect(error?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfterMs: expect.any(Number) });
  const { retryAfterMs = 0 } = error?.extensions ?? {};
  expect(refused.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1_000)));
  expect((await gateway.get('/healthz')).status).toBe(200);
  expect(await read(gateway, 'stampede_admission_refused_total{kind="read"')).toBe('1');

  // Another kind has places of its own.
  const change = gateway.ask(CHANGE);
  await until(() => subgraph.held.length === 18);
  subgraph.letGo();
  await until(() => subgraph.held.length === 1);
  subgraph.letGo();
  const answers = await Promise.all([...asked, waits, change]);
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 19 }, () => 200));
  expect(await read(gateway, 'stampede_admission_under_way')).toBe('0');
});

test('hands on when to come again, as a subgraph says that has too much to do, and asks no other address', async () => {
  let asked = 0;
  const answer: Route = (_, response) => {
    asked += 1;
    const errors = [{ message: 'Later.', extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 2_345 } }];
    respond(response, 503, { errors }, { 'retry-after': '3' });
  };
  await using subgraph = await openBareSubgraph(answer);
  await using another = await openBareSubgraph(answer);
  await using gateway = await startGateway({ CATALOG_URLS: `${subgraph.url},${another.url}` });
  for (let times = 1; times <= 5; times += 1) {
    const { body } = await gateway.ask(READ);
    expect(body.errors?.[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfterMs: 2_345 });
    expect(asked).toBe(times);
  }
});

test('tells by its text how important a request is: by the least of what it asks for', () => {
  const chargeOf = openChargeOfRequest({ QUERY_TOKENS: 4_000, QUERY_FIELDS: 500 });
  const priority = openPriorityOfRequest({ known: { recall: () => undefined }, chargeOf });
  const buy = 'mutation { checkout(input: {}) { __typename } }';
  expect(priority(buy, undefined)).toBe('mutation');
  chargeOf(buy, undefined);
  expect(priority(buy, undefined)).toBe('checkout');
  const both = 'mutation { checkout(input: {}) { __typename } signIn(input: {}) { __typename } }';
  chargeOf(both, undefined);
  expect(priority(both, undefined)).toBe('sign-in');
  expect([priority('{ me { id } }', undefined), priority(7, undefined)]).toEqual(['read', 'read']);
  expect(priorityOf([{ kind: 'payment', count: 1 }])).toBe('payment');
});
