import { expect, test } from '@jest/globals';
import { openHouse } from './fixtures/house.js';

/** How many requests a subgraph has answered. */
async function answered(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const counts = metrics.matchAll(/^stampede_graphql_seconds_count\S* (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

test.each([
  ['a hundred', 'p100', 100],
  ['two', 'p2', 2],
])('what another subgraph adds to a list of %s is asked for in one request', async (_, id, length) => {
  await using house = await openHouse();
  const before = { user: await answered(house.userUrl()), catalog: await answered(house.catalogUrl()) };
  const query = 'query ($id: ID!) { product(id: $id) { related { seller { name } } } }';
  const { body } = await house.ask(query, {}, { id });
  const related = (body.data as { product: { related: { seller: { name: string } }[] } }).product.related;
  expect(related).toHaveLength(length);
  expect(related.at(-1)!.seller.name).toBe(length === 100 ? 'user seller of one of 99' : 'user s1');
  expect(await answered(house.userUrl())).toBe(before.user + 1);
  expect(await answered(house.catalogUrl())).toBe(before.catalog + 1);
});
