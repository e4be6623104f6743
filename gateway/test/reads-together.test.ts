import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHouse } from './fixtures/house.js';
import { counted, ID, send } from './fixtures/requests.js';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

test('gives everybody what they asked for, and what is their own, when hundreds ask in one moment', async () => {
  const gathered = () => counted(house, 'gathered_reads_total');
  const people = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const token = await house.issuer.token({ claims: { sub: `u${index}`, sid: `s${index}` } });
      return { authorization: `Bearer ${token}` };
    }),
  );
  const ask = async (query: string, number: number) => {
    const { body } = await send(house, { query, variables: { id: `many${number}` } }, people[number % 20]);
    return body;
  };
  const requests = Array.from({ length: 200 }, (_, number) => number);
  const shown = `${ID} { product(id: $id) { id name } }`;
  const own = `${ID} { product(id: $id) { id asker } }`;
  await Promise.all([ask(shown, 0), ask(own, 0)]);

  const answers = await Promise.all(requests.map((number) => ask(shown, number)));
  expect(answers).toEqual(
    requests.map((number) => ({ data: { product: { id: `many${number}`, name: `product many${number}` } } })),
  );
  const together = await gathered();
  expect(together).toBeGreaterThan(0);

  const asked = await Promise.all(requests.map((number) => ask(own, number)));
  for (const [number, { data }] of asked.entries()) {
    const product = data?.product as { id: string; asker: string } | undefined;
    expect(product?.id).toBe(`many${number}`);
    expect(JSON.parse(product?.asker ?? '')).toMatchObject({ kind: 'user', userId: `u${number % 20}` });
  }
  expect(await gathered()).toBe(together);
});

test('shows whoever asks after a change was answered the change, however many ask', async () => {
  const query = `${ID} { product(id: $id) { name } }`;
  await send(house, { query, variables: { id: 'changing' } });
  for (let change = 1; change <= 10; change += 1) {
    const before = Array.from({ length: 10 }, () => send(house, { query, variables: { id: 'changing' } }));
    await send(house, { query: `mutation { rename(id: "changing", name: "${change}") { name } }` });
    const after = Array.from({ length: 10 }, () => send(house, { query, variables: { id: 'changing' } }));
    for (const { body } of await Promise.all(after)) {
      expect(body).toEqual({ data: { product: { name: String(change) } } });
    }
    await Promise.all(before);
  }
});
