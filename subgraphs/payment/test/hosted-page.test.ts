import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { openTestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { HostedPageResolver } from '../src/hosted-page/hosted-page.resolver.js';
import { PaymentStatus } from '../src/payment-status.js';

const SDK = { sdkUrl: 'https://js.tosspayments.com/v2/standard', clientKey: 'test_ck_1' };
const RETURN = 'http://localhost:4000/return?shop=1';

let store: Awaited<ReturnType<typeof openTestDatabase>>;
let page: HostedPageResolver;
beforeAll(async () => {
  store = await openTestDatabase('payment', fileURLToPath(new URL('../migrations', import.meta.url)));
  page = new HostedPageResolver(store.database, SDK);
});
afterAll(() => store[Symbol.asyncDispose]());

const as = (identity: object) => ({ identity, requestId: randomUUID() }) as SubgraphContext;
const GATEWAY = as({ kind: 'service', service: 'gateway' });

/** A payment by Toss Payments, unless it says otherwise, whose window ends in so many minutes. */
async function place({
  status = PaymentStatus.READY,
  provider = 'TOSS_PAYMENTS',
  itemName = 'Fox',
  minutes = 30,
} = {}) {
  const id = randomUUID();
  await store.database.run(
    `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, redirect_url, item_name, return_url, window_ends_at)
     VALUES ($1::uuid, $1::uuid, gen_random_uuid(), $2, $3, 22000, 'http://localhost/', $4, $5, now() + make_interval(mins => $6))`,
    [id, provider, status, itemName, RETURN, minutes],
  );
  return id;
}

test('gives the page what the provider’s SDK needs, and where the buyer goes afterwards', async () => {
  const id = await place();
  expect(await page.hostedPayment(GATEWAY, id)).toEqual({
    ...SDK,
    orderId: id,
    orderName: 'Fox',
    amount: 22_000,
    successUrl: `${RETURN}&payment=${id}`,
    failUrl: `${RETURN}&payment=${id}&outcome=failed`,
    cancelUrl: `${RETURN}&payment=${id}&outcome=cancelled`,
  });
});

test('leads to where the payment was started from last', async () => {
  const id = await place();
  await store.database.run('UPDATE payment SET return_url = $2 WHERE id = $1', [
    id,
    'https://shop.test/back',
  ]);
  const shown = await page.hostedPayment(GATEWAY, id);
  expect(shown?.successUrl).toBe(`https://shop.test/back?payment=${id}`);
});

test('cuts an item’s name to what the provider takes', async () => {
  const shown = await page.hostedPayment(GATEWAY, await place({ itemName: `${'가'.repeat(98)}👟👟` }));
  expect(shown?.orderName).toBe(`${'가'.repeat(98)}…`);
});

test.each(Object.values(PaymentStatus).filter((status) => status !== PaymentStatus.READY))(
  'has nothing to pay by a payment that is %s',
  async (status) => {
    expect(await page.hostedPayment(GATEWAY, await place({ status }))).toBeNull();
  },
);

test('has nothing to pay after the provider’s window', async () => {
  expect(await page.hostedPayment(GATEWAY, await place({ minutes: 0 }))).toBeNull();
});

test.each([
  ['by another provider', () => place({ provider: 'KAKAOPAY' })],
  ['that there is not', () => Promise.resolve(randomUUID())],
  ['that is none', () => Promise.resolve('x')],
])('knows no page of a payment %s', async (_, place) => {
  const asked = place().then((id) => page.hostedPayment(GATEWAY, id));
  await expect(asked).rejects.toMatchObject({ extensions: { code: 'NOT_FOUND' } });
});

test('tells the gateway alone', async () => {
  const id = await place();
  for (const identity of [
    { kind: 'anonymous' },
    { kind: 'user', userId: randomUUID(), role: 'OPERATOR' },
    { kind: 'service', service: 'order' },
  ]) {
    const asked = Promise.resolve().then(() => page.hostedPayment(as(identity), id));
    await expect(asked).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  }
});
