import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SERVICES } from '@stampede/shared/database';
import { eventually, openShop, type Fault, type Shop } from '@stampede/shared/testing';
import { PROVIDERS } from './both-providers.fixture.js';
import { atProvider, endBackOff, type Agreed } from './paying.fixture.js';
import type { ProviderName } from '../src/payment-row.js';

/** What nobody may write down: keys, and what people tell. Tokens come as they are handed out. */
const SECRETS = {
  KAKAOPAY_SECRET_KEY: 'local-only-kakaopay-4711-quillon',
  TOSS_SECRET_KEY: 'local-only-toss-0815-grimalkin',
};
const ADDRESS = {
  label: 'burrow-by-the-weir',
  recipient: 'Zephyrine Knotgrass',
  phone: '010-9182-7364',
  postalCode: 'QX7 9ZZ',
  line1: 'Vermilionstrasse 4711',
  line2: 'Thistledown door',
};
const secrets: string[] = [...Object.values(SECRETS), ...Object.values(ADDRESS)];

/** Every operation of both providers. */
const OPERATIONS: Pick<Fault, 'target' | 'operation'>[] = [
  { target: 'kakaopay', operation: 'ready' },
  { target: 'kakaopay', operation: 'approve' },
  { target: 'kakaopay', operation: 'lookup' },
  { target: 'kakaopay', operation: 'cancel' },
  { target: 'toss', operation: 'confirm' },
  { target: 'toss', operation: 'lookup' },
  { target: 'toss', operation: 'cancel' },
];
const BUYERS = 3;

let shop: Shop;
let logs = '';
/** What the API has refused, in full. */
const answers: unknown[] = [];
beforeAll(async () => {
  shop = await openShop({ env: { payment: SECRETS } });
  for (const service of Object.values(shop.services)) service.listen((text) => (logs += text));
});
afterAll(() => shop[Symbol.asyncDispose]());

interface Bought extends Omit<Agreed, 'productId'> {
  provider: ProviderName;
  amount?: number;
}

/** Places an order, and comes back from the provider’s page with what approves its payment. */
async function agrees(productId: string, provider: ProviderName): Promise<Bought> {
  const buyer = await shop.buyer();
  const { id: orderId } = await buyer.places([{ productId, quantity: 1 }], undefined, { address: ADDRESS });
  // A provider that does not answer is ProviderUnavailable, and is tried again.
  const agreed = await eventually(() => buyer.paysAtProvider(orderId, 'card', provider));
  secrets.push(agreed.token, buyer.account.email, buyer.account.accessToken);
  return { buyer, orderId, provider, ...agreed };
}

async function approves({ buyer, paymentId, token, amount }: Bought): Promise<string> {
  const answer = await buyer.approvePayment(paymentId, token, amount);
  answers.push(answer);
  return answer.data?.approvePayment?.__typename ?? answer.errors?.[0]?.extensions.code;
}

/** Waits for the order's status without the pauses between one try and the next. */
const becomes = ({ buyer, orderId, paymentId }: Bought, status: string) =>
  eventually(async () => {
    await endBackOff(shop, paymentId);
    const { data } = await buyer.order(orderId);
    expect(data.order.status).toBe(status);
    return data.order;
  });

async function armedFaults(): Promise<unknown> {
  const { faults } = (await (await fetch(`${shop.emulatorsUrl}/faults`)).json()) as { faults: unknown[] };
  return faults;
}

test.each(['timeout-before', 'timeout-after'] as const)(
  '%s on every operation of both providers ends as one confirmed order each, and then one refund each',
  async (fault) => {
    const { id: productId } = await shop.createProduct({ stock: 100 });
    for (const each of OPERATIONS) await shop.fault({ ...each, fault, times: 2, delayMs: 50 } as Fault);
    const buyers = PROVIDERS.flatMap((provider) => Array.from({ length: BUYERS }, () => provider));
    const bought = await Promise.all(
      buyers.map(async (provider) => {
        const agreed = await agrees(productId, provider);
        expect(['Payment', 'PaymentPending']).toContain(await approves(agreed));
        const { payments } = await becomes(agreed, 'CONFIRMED');
        expect(payments).toMatchObject([{ status: 'APPROVED' }]);
        expect(await approves(agreed)).toBe('Payment');
        return agreed;
      }),
    );
    // Only now: our own questions would meet the faults that are meant for the shop's.
    expect(await armedFaults()).toMatchObject([{ operation: 'cancel' }, { operation: 'cancel' }]);
    for (const { paymentId } of bought) {
      expect(await atProvider(shop, paymentId)).toEqual({ taken: [100_000], givenBack: [] });
    }
    await shop.invariants();
    await Promise.all(
      bought.map(async (each) => {
        await each.buyer.cancels(each.orderId);
        const order = await becomes(each, 'REFUNDED');
        expect(order).toMatchObject({
          refunded: { amount: 100_000 },
          payments: [{ status: 'REFUNDED', refunded: { amount: 100_000 } }],
        });
        expect(await atProvider(shop, each.paymentId)).toEqual({ taken: [100_000], givenBack: [100_000] });
      }),
    );
    // Each was met.
    expect(await armedFaults()).toEqual([]);
    await shop.invariants();
  },
);

test('of all that, and of what is refused, nothing secret is in a log, a message or an error', async () => {
  const { id: productId } = await shop.createProduct({ stock: 10 });
  for (const provider of PROVIDERS) {
    const [mine, other] = [await agrees(productId, provider), await agrees(productId, provider)];
    await approves({ ...mine, token: other.token });
    if (mine.amount !== undefined) expect(await approves({ ...mine, amount: 1 })).toBe('BAD_USER_INPUT');
    for (const operation of ['approve', 'confirm'] as const) {
      const target = operation === 'approve' ? 'kakaopay' : 'toss';
      await shop.fault({ target, operation, fault: 'error-500' } as Fault);
    }
    await approves(other);
    await becomes(other, 'CONFIRMED');
  }
  await shop.invariants();
  const said: unknown[] = [];
  for (const service of SERVICES) said.push(await shop.sql(service).query('SELECT * FROM outbox'));
  said.push(await shop.sql('order').query('SELECT * FROM dead_letter'));
  const written = { logs, messages: JSON.stringify(said), answers: JSON.stringify(answers) };
  for (const [where, text] of Object.entries(written)) {
    expect({ where, length: text.length > 1_000 }).toEqual({ where, length: true });
    expect({ where, secrets: secrets.filter((secret) => text.includes(secret)) }).toEqual({
      where,
      secrets: [],
    });
  }
  const kept = await shop
    .sql('payment')
    .query(`SELECT id FROM payment WHERE token IS NOT NULL AND status <> 'APPROVING'`);
  expect(kept).toEqual([]);
});
