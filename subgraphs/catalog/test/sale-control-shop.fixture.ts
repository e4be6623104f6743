import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Buyer, type GraphqlAnswer, type Shop } from '@stampede/shared/testing';

let shop: Shop;
let buyers: Buyer[];

const MANY = { stock: 10_000, limitPerBuyer: 1_000 };
const control = async (operation: string, productId: string): Promise<string> => {
  const { data, errors } = await shop.seller.send(
    `mutation ($id: ID!) { it: ${operation}(productId: $id) { sale { phase } } }`,
    { id: productId },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.it.sale.phase as string;
};
const outcomeOf = ({ data, errors }: GraphqlAnswer): string =>
  errors ? JSON.stringify(errors) : (data.checkout.phase ?? data.checkout.__typename);
/** Milliseconds since 1970, by the clock that opens sales. */
const redisNow = async () => {
  const [seconds, micros] = await shop.redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
};

/** What buyers may be told, while the seller does one thing after the other and waits for its answer. */
const STAGES = [
  ['Order'],
  ['Order', 'PAUSED'],
  ['PAUSED'],
  ['PAUSED', 'Order'],
  ['Order'],
  ['Order', 'CLOSED'],
  ['CLOSED'],
];
/** Answers to be had in each stage that lasts. */
const ENOUGH = 12;

/** A sale that is paused, resumed, closed or scheduled while buyers press. */
export const saleControl = (opened: () => Shop) =>
  describe('a sale’s control', () => {
    beforeAll(async () => {
      shop = opened();
      buyers = await shop.accounts(4);
    });

    test('whoever presses after the seller was answered is told PAUSED or CLOSED, and everybody the truth', async () => {
      const { id: productId } = await shop.createProduct(MANY);
      const lines = [{ productId, quantity: 1 }];
      const answers: { from: number; to: number; outcome: string }[] = [];
      let stage = 0;
      let isOver = false;
      const press = async (buyer: Buyer) => {
        while (!isOver) {
          const from = stage;
          const outcome = outcomeOf(await buyer.checkout(lines));
          answers.push({ from, to: stage, outcome });
        }
      };
      const pressing = Promise.all(buyers.map(press));
      const goesOn = () =>
        eventually(() => {
          const within = answers.filter(({ from, to }) => from === stage && to === stage);
          if (within.length < ENOUGH) throw new Error(`${within.length} answers in stage ${stage}`);
        });
      try {
        await goesOn();
        for (const [operation, phase] of [
          ['pauseSale', 'PAUSED'],
          ['resumeSale', 'OPEN'],
          ['closeSale', 'CLOSED'],
        ] as const) {
          stage += 1;
          expect(await control(operation, productId)).toBe(phase);
          stage += 1;
          await goesOn();
        }
      } finally {
        isOver = true;
        await pressing;
      }
      for (const { from, to, outcome } of answers) {
        expect(STAGES.slice(from, to + 1).flat()).toContain(outcome);
      }
      const orders = answers.filter(({ outcome }) => outcome === 'Order').length;
      const { data } = await shop.client.send(
        'query ($id: ID!) { product(id: $id) { stock { held sold } } }',
        {
          id: productId,
        },
      );
      expect(data.product.stock).toEqual({ held: orders, sold: 0 });
      await shop.invariants();
    });

    test('who holds units of a sale that is closed pays for them', async () => {
      const { id: productId } = await shop.createProduct(MANY);
      const [buyer] = buyers as [Buyer];
      const { id } = await buyer.places([{ productId, quantity: 1 }]);
      await control('closeSale', productId);
      expect(outcomeOf(await buyer.checkout([{ productId, quantity: 1 }]))).toBe('CLOSED');
      const { paymentId, token } = await buyer.paysAtProvider(id);
      await buyer.approvePayment(paymentId, token);
      await buyer.seesOrder(id, 'CONFIRMED');
      await shop.invariants();
    });

    test('a sale opens at its millisecond by Redis’ clock, with nobody there to open it', async () => {
      const later = new Date(Date.now() + 3_600_000);
      const { id: productId } = await shop.createProduct({ ...MANY, opensAt: later });
      const lines = [{ productId, quantity: 1 }];
      // Its stock is loaded by the first who asks.
      expect(outcomeOf(await buyers[0]!.checkout(lines))).toBe('SCHEDULED');
      const opensAt = (await redisNow()) + 4_000;
      const moved = await shop.seller.send(
        'mutation ($id: ID!, $patch: ProductPatch!) { updateProduct(id: $id, patch: $patch) { id } }',
        { id: productId, patch: { opensAt: new Date(opensAt) } },
      );
      expect(moved.errors).toBeUndefined();
      // From here on catalog, whose sale it is, has no part in it.
      await shop.services.catalog.stop();
      expect(await redisNow()).toBeLessThan(opensAt);
      try {
        await Promise.all(
          buyers.map(async (buyer) => {
            for (let outcome = ''; outcome !== 'Order';) {
              const before = await redisNow();
              outcome = outcomeOf(await buyer.checkout(lines));
              const after = await redisNow();
              if (outcome === 'Order') expect(after).toBeGreaterThanOrEqual(opensAt);
              else expect([outcome, before < opensAt]).toEqual(['SCHEDULED', true]);
            }
          }),
        );
      } finally {
        shop.services.catalog.start();
        await shop.services.catalog.ready();
      }
      // When Redis gave each hold, as it wrote it down itself.
      const entries = await shop.redis.hgetall(`${shop.namespace}:{p:${productId}}:orders`);
      const heldAt = Object.entries(entries).flatMap(([id, entry]) =>
        id === '#' ? [] : [Number(entry.split('|').at(-1))],
      );
      expect(heldAt).toHaveLength(buyers.length);
      expect(Math.min(...heldAt)).toBeGreaterThanOrEqual(opensAt);
      await shop.invariants();
    });
  });
