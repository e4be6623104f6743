import { expect, test } from '@jest/globals';
import { respond } from '@stampede/shared/http';
import { openBareSubgraph, startGateway } from './fixtures/house.js';
import { ID, shortAnswers } from './fixtures/requests.js';

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
