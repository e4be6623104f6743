import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Buyer, type Shop } from '@stampede/shared/testing';

const UNITS = 10;
const STATS = `query ($id: ID!) { saleStats(productId: $id) {
  product { id } refused { reason count } held paying paid confirmed expired cancelled
  firstSecond series(sinceSeconds: 3600) { at decisions } } }`;

let shop: Shop;

/** What the seller sees, and how many decisions the series has. */
async function statsOf(productId: string) {
  const { data, errors } = await shop.seller.send(STATS, { id: productId });
  if (errors) throw new Error(JSON.stringify(errors));
  const { firstSecond, series, ...stats } = data.saleStats;
  const points = series as { at: string; decisions: number }[];
  const decisions = points.reduce((sum, point) => sum + point.decisions, 0);
  const first = points.find((point) => point.decisions > 0)?.at ?? null;
  return { ...stats, decisions, begins: firstSecond === first };
}

const kindOf = async (buyer: Buyer, productId: string): Promise<string> =>
  (await buyer.checkout([{ productId, quantity: 1 }])).data.checkout.__typename;

/** How many decisions.counted catalog has been given that it had handled before. */
async function duplicates(): Promise<number> {
  const metrics = await (await fetch(`${shop.services.catalog.url}/metrics`)).text();
  const line = metrics
    .split('\n')
    .find(
      (text) =>
        text.startsWith('stampede_messages_consumed_total') &&
        text.includes('decisions.counted') &&
        text.includes('duplicate'),
    );
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** What the seller sees of a sale, however its processes end. */
export const saleStats = (opened: () => Shop) =>
  describe('figures of a sale', () => {
    beforeAll(() => {
      shop = opened();
    });

    test('a sale’s figures are what its buyers were answered, and where their orders stand', async () => {
      const { id } = await shop.createProduct({ stock: UNITS, limitPerBuyer: 1 });
      const buyers = await shop.accounts(30);
      const kinds = await Promise.all(buyers.map((buyer) => kindOf(buyer, id)));
      const winners = buyers.filter((_, index) => kinds[index] === 'Order');
      expect([winners.length, kinds.filter((kind) => kind === 'SoldOut').length]).toEqual([UNITS, 20]);
      expect(await kindOf(winners[0]!, id)).toBe('LimitExceeded');

      const orders = await Promise.all(
        winners.map(async (buyer) => {
          const { data } = await buyer.send('{ orders { edges { node { id } } } }');
          return String(data.orders.edges[0].node.id);
        }),
      );
      const [payer, canceller, late] = winners as [Buyer, Buyer, Buyer];
      const [paid, cancelled, expired] = orders as [string, string, string];
      const { paymentId, token } = await payer.paysAtProvider(paid);
      await payer.approvePayment(paymentId, token);
      await payer.seesOrder(paid, 'CONFIRMED');
      await canceller.cancelOrder(cancelled);
      await shop.sql('order').run('UPDATE orders SET pay_by = now() WHERE id = $1', [expired]);
      await late.seesOrder(expired, 'EXPIRED');

      const figures = {
        product: { id },
        refused: [
          { reason: 'SoldOut', count: 20 },
          { reason: 'LimitExceeded', count: 1 },
        ],
        held: 7,
        paying: 0,
        paid: 0,
        confirmed: 1,
        expired: 1,
        cancelled: 1,
        decisions: 31,
        begins: true,
      };
      await eventually(async () => expect(await statsOf(id)).toEqual(figures));
      await shop.invariants();
      expect(await statsOf(id)).toEqual(figures);
    });

    test('who came too early is counted, and whoever asks again for what they have is not', async () => {
      const unopened = await shop.createProduct({ opensAt: new Date(Date.now() + 3_600_000) });
      const open = await shop.createProduct({ stock: 5 });
      const buyer = await shop.buyer();
      expect(await kindOf(buyer, unopened.id)).toBe('SaleNotOpen');
      const line = { productId: open.id, quantity: 1 };
      for (let times = 0; times < 3; times += 1) await buyer.places([line], 'asked-again');
      expect(await kindOf(await shop.buyer(), open.id)).toBe('Order');
      await eventually(async () => {
        const [early, placed] = [await statsOf(unopened.id), await statsOf(open.id)];
        expect(early).toMatchObject({
          refused: [{ reason: 'SaleNotOpen', count: 1 }],
          held: 0,
          decisions: 1,
        });
        expect(placed).toMatchObject({ refused: [], held: 2, decisions: 2 });
      });
    });

    test('what a process has counted is told when it is stopped, and once however often it is delivered', async () => {
      const { id } = await shop.createProduct({ stock: 1 });
      const buyers = await shop.accounts(6);
      for (const buyer of buyers) await kindOf(buyer, id);
      await shop.services.order.stop('SIGTERM');
      const outbox = shop.sql('order');
      const [sum] = await outbox.query<{ decisions: number }>(
        `SELECT sum((counted->>'decisions')::integer) AS decisions
     FROM outbox, jsonb_array_elements(body->'products') AS counted
     WHERE routing_key = 'decisions.counted' AND counted->>'productId' = $1`,
        [id],
      );
      expect(sum).toEqual({ decisions: 6 });
      // The same messages once more, under the same ids, as a broker may deliver them.
      const again = await outbox.run(
        `INSERT INTO outbox (message_id, routing_key, version, body)
     SELECT message_id, routing_key, version, body FROM outbox WHERE routing_key = 'decisions.counted'`,
      );
      shop.services.order.start();
      await shop.services.order.ready();
      await eventually(async () => expect(await duplicates()).toBeGreaterThanOrEqual(again));
      expect(await statsOf(id)).toMatchObject({
        refused: [{ reason: 'SoldOut', count: 5 }],
        held: 1,
        decisions: 6,
      });
      await shop.invariants();
    });
  });
