import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openShop, type Buyer, type GraphqlAnswer, type Shop } from '@stampede/shared/testing';

const BUYERS = 500;
const UNITS = 10;

let shop: Shop;
let buyers: Buyer[];
beforeAll(async () => {
  shop = await openShop();
  buyers = await shop.accounts(BUYERS);
});
afterAll(() => shop[Symbol.asyncDispose]());

test.each([1, 2, 3])('sells exactly 10 when 500 buyers race, time %i', async () => {
  const { id: productId } = await shop.createProduct({ stock: UNITS, limitPerBuyer: 1 });
  const answers = await Promise.all(buyers.map((buyer) => buyer.checkout([{ productId, quantity: 1 }])));
  expect(tally(answers)).toEqual({ Order: UNITS, SoldOut: BUYERS - UNITS });

  const winners = answers.flatMap(({ data }, index) =>
    data.checkout.__typename === 'Order'
      ? [{ buyer: buyers[index]!, orderId: String(data.checkout.id) }]
      : [],
  );
  await Promise.all(winners.map(({ buyer, orderId }) => payAndConfirm(buyer, orderId)));
  const { data } = await shop.client.send(
    'query ($id: ID!) { product(id: $id) { sale { phase } stock { total available held sold } } }',
    {
      id: productId,
    },
  );
  await shop.invariants();
  expect(data.product.stock).toEqual({ total: UNITS, available: 0, held: 0, sold: UNITS });
  expect(data.product.sale.phase).toBe('SOLD_OUT');
});

test('one buyer with many devices gets no more than the limit', async () => {
  const { id: productId } = await shop.createProduct({ stock: 100, limitPerBuyer: 3 });
  const buyer = buyers[0]!;
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => buyer.checkout([{ productId, quantity: 1 }])),
  );
  expect(tally(answers)).toEqual({ Order: 3, LimitExceeded: 37 });
  await shop.invariants();
});

async function payAndConfirm(buyer: Buyer, orderId: string): Promise<void> {
  const { paymentId, token } = await buyer.paysAtProvider(orderId);
  const { data } = await buyer.approvePayment(paymentId, token);
  expect(data.approvePayment.__typename).toBe('Payment');
  await buyer.seesOrder(orderId, 'CONFIRMED');
}

function tally(answers: GraphqlAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { data, errors } of answers) {
    const outcome = data?.checkout?.__typename ?? JSON.stringify(errors);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
