import { expect, test } from '@jest/globals';
import { respond } from '@stampede/shared/http';
import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { openBareSubgraph, startGateway, until } from './fixtures/house.js';
import { counted, ID, shortAnswers } from './fixtures/requests.js';

const OWED = { data: { product: { name: null } } };
const REFUSED = {
  data: { product: null },
  errors: [{ message: 'No.', path: ['product'], extensions: { code: 'NOT_FOUND' } }],
};

test.each([
  ['what it owes', OWED, { data: { product: null } }],
  ['a refusal', REFUSED, REFUSED],
])('asks once, and answers as the long way does, when a subgraph answers %s', async (_, answer, expected) => {
  let asked = 0;
  await using subgraph = await openBareSubgraph((request, response) => {
    asked += 1;
    respond(response, 200, asked === 1 ? { data: { product: { name: 'whole' } } } : answer);
  });
  await using gateway = await startGateway({ CATALOG_URL: subgraph.url });
  const query = '{ product(id: "p1") { name } }';
  expect((await gateway.ask(query)).body).toEqual({ data: { product: { name: 'whole' } } });
  expect((await gateway.ask(query)).body).toEqual(expected);
  expect(asked).toBe(2);
  expect(await shortAnswers(gateway)).toBe(0);
});

test('does not bother a subgraph with variables that do not fit', async () => {
  let asked = 0;
  await using subgraph = await openBareSubgraph((_, response) => {
    asked += 1;
    respond(response, 200, { data: { product: { name: 'whole' } } });
  });
  await using gateway = await startGateway({ CATALOG_URL: subgraph.url });
  const query = `${ID} { product(id: $id) { name } }`;
  await gateway.ask(query, {}, { id: 'p1' });
  expect((await gateway.ask(query, {}, { id: {} })).status).toBe(400);
  expect(asked).toBe(1);
});

test('asks once, and says that it is away, when a subgraph does not answer', async () => {
  let asked = 0;
  await using subgraph = await openBareSubgraph((_, response) => {
    asked += 1;
    if (asked === 1) respond(response, 200, { data: { product: { name: 'whole' } } });
    else response.destroy();
  });
  await using gateway = await startGateway({ CATALOG_URL: subgraph.url });
  const query = '{ product(id: "p1") { name } }';
  await gateway.ask(query);
  const { status, body } = await gateway.ask(query);
  expect(status).toBe(200);
  expect(body.data).toEqual({ product: null });
  expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['SERVICE_UNAVAILABLE']);
  expect(asked).toBe(2);
});

test('does nothing more for who went away meanwhile, as in a stop that took too long', async () => {
  const held: ServerResponse[] = [];
  await using subgraph = await openBareSubgraph((_, response) => void held.push(response));
  await using gateway = await startGateway({ CATALOG_URL: subgraph.url });
  const query = '{ product(id: "p1") { name } }';
  const first = gateway.ask(query);
  await until(() => held.length === 1);
  respond(held[0]!, 200, { data: { product: { name: 'whole' } } });
  await first;

  const connections = () => counted(gateway, 'http_connections');
  const before = await connections();
  const client = connect(gateway.port, '127.0.0.1');
  const body = JSON.stringify({ query });
  const head = `POST /graphql HTTP/1.1\r\nhost: a\r\naccept: */*\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  client.write(`${head}\r\n\r\n${body}`);
  await until(() => held.length === 2);
  expect(await connections()).toBe(before + 1);
  client.destroy();
  await until(async () => (await connections()) === before);
  held[1]!.destroy();
  await until(async () => (await counted(gateway, 'admission_under_way')) === 0);
  const { text } = await gateway.get('/metrics');
  expect(text).toMatch(/^stampede_requests_total\{.*outcome="ok".*\} 1$/m);
  expect(text).not.toMatch(/^stampede_requests_total\{operation="query".*outcome="SERVICE_UNAVAILABLE"/m);
});
