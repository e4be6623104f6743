import { beforeAll, describe, expect, test } from '@jest/globals';
import type { ServiceProcess, Shop } from '@stampede/shared/testing';
import { until } from './fixtures/house.js';
import { openClient } from './fixtures/live/clients.js';

let shop: Shop;

/** What everybody is shown of units, through every gateway and catalog. */
export const liveStock = (opened: () => Shop) =>
  describe('live stock', () => {
    beforeAll(() => {
      shop = opened();
    });

    test('shows the units fall to everybody while a buyer orders, with the seller from another subgraph', async () => {
      await using client = openClient(`${shop.gatewayUrl.replace('http', 'ws')}/graphql`);
      const query = `subscription ($ids: [ID!]!) {
    stockChanged(productIds: $ids) { id stock { available held } seller { displayName } }
  }`;
      const watching = client.watch(query, { ids: [shop.product.id] });
      const stockOf = (result: unknown) =>
        (result as { data: { stockChanged: { stock: object; seller: { displayName: string } } } }).data
          .stockChanged;
      const first = stockOf(await watching.after(1));
      expect(first.stock).toEqual({ available: 5, held: 0 });
      expect(first.seller.displayName).toEqual(expect.any(String));

      const buyer = await shop.buyer();
      await buyer.places([{ productId: shop.product.id, quantity: 2 }]);
      await until(() => JSON.stringify(watching.results.at(-1)).includes('"available":3'));
      expect(stockOf(watching.results.at(-1))).toMatchObject({
        stock: { available: 3, held: 2 },
        seller: first.seller,
      });

      const many = client.watch(query, { ids: Array.from({ length: 10_000 }, () => crypto.randomUUID()) });
      await until(() => many.ended !== undefined);
      expect(many.ended).toMatchObject({ error: [{ extensions: { code: expect.any(String) } }] });
      const costly = client.watch(
        'subscription { stockChanged(productIds: []) { id offers { price { amount } } } }',
      );
      await until(() => costly.ended !== undefined);
      expect(costly.ended).toMatchObject({ error: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    });

    interface Shown {
      data: { stockChanged: { name?: string; stock: { total: number } } };
    }

    test('shows a change to viewers of every gateway, whichever catalog made it, executed once for each selection', async () => {
      const { id } = await shop.createProduct({ stock: 10 });
      const catalog = await shop.services.catalog.another();
      const gateway = await shop.services.gateway.another({ CATALOG_URL: catalog.url });
      await using _catalog = started(catalog);
      await using _gateway = started(gateway);
      await Promise.all([catalog.ready(), gateway.ready()]);
      await using here = openClient(`${shop.gatewayUrl.replace('http', 'ws')}/graphql`);
      await using there = openClient(`${gateway.url.replace('http', 'ws')}/graphql`);
      const units = 'subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) { stock { total } } }';
      const named = units.replace('{ stock {', '{ name stock {');
      const watching = [here, there, there].map((client) => client.watch(units, { ids: [id] }));
      const other = there.watch(named, { ids: [id] });
      const totals = () =>
        [...watching, other].map(
          ({ results }) => (results.at(-1) as Shown | undefined)?.data.stockChanged.stock.total,
        );
      await until(() => totals().every((total) => total === 10));

      let total = 10;
      for (const { url } of [gateway, shop.services.gateway]) {
        await restock(url, id);
        total += 1;
        await until(() => totals().every((told) => told === total));
      }
      const [, first, second] = watching;
      expect(second?.results).toEqual(first?.results);
      const executed = Number(/^stampede_live_events_total\S* (\d+)$/m.exec(await metricsOf(gateway))?.[1]);
      expect(executed).toBe(Number(first?.results.length) + other.results.length);
    });

    function started(service: ServiceProcess): AsyncDisposable {
      service.start();
      return { [Symbol.asyncDispose]: async () => void (await service.stop()) };
    }

    const metricsOf = async ({ url }: ServiceProcess) => await (await fetch(`${url}/metrics`)).text();

    async function restock(gatewayUrl: string, productId: string): Promise<void> {
      const query =
        'mutation ($id: ID!, $key: String!) { restock(productId: $id, quantity: 1, idempotencyKey: $key) { id } }';
      const response = await fetch(`${gatewayUrl}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${shop.seller.account.accessToken}`,
        },
        body: JSON.stringify({ query, variables: { id: productId, key: crypto.randomUUID() } }),
      });
      expect(await response.json()).toEqual({ data: { restock: { id: productId } } });
    }
  });
