import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { abandonPayment } from '../src/abandon-payment/abandon-payment.js';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import { recordWrongToken } from '../src/decision/record-outcome.js';
import { openSettling } from '../src/decision/settle-unknown.js';
import { onOrderCancelled, onOrderExpired } from '../src/order-ended/on-order-ended.js';
import { findPayment, type PaymentRow, type ProviderName } from '../src/payment-row.js';
import { onRefundRequested } from '../src/refund/on-refund-requested.js';
import { openRefunding } from '../src/refund/refund-due.js';
import {
  openBothProviders,
  PROVIDERS,
  TAKING,
  type AgreedPayment,
  type BothProviders,
} from './both-providers.fixture.js';
import { AMOUNT } from './payment-table.fixture.js';

/** The call that takes the money is on its way, and nobody hears of it. */
interface Decision {
  /** What becomes of the payment meanwhile; some are left to the provider, who is asked anew. */
  decides?: (agreed: AgreedPayment) => Promise<unknown>;
  /** How it stands by then. */
  before: string;
  /** How it ends once the call has been carried out after all. */
  after: string;
  money: { taken: number[]; givenBack: number[] };
  choice?: string;
  only?: ProviderName;
}

let shop: BothProviders;
/** Payments whose order is not to be paid any more. */
const lost = new Set<string>();

const current = async (id: string) => (await findPayment(shop.database, id)) as PaymentRow;
const setWindow = (id: string, ago: string) =>
  shop.database.run('UPDATE payment SET window_ends_at = now() - $2::interval WHERE id = $1', [id, ago]);
/** So long ago that no provider confirms any more what its buyer agreed to within the window. */
const PAST_CONFIRMING = '1 hour';
/** Somebody else was told that another token is wrong, while the right one was on its way. */
const isReadyAgain = async ({ payment: { id } }: AgreedPayment) =>
  recordWrongToken(shop.database, await current(id));
const ordersEnd = ({ payment }: AgreedPayment) => ({ orderId: payment.order_id, buyerId: payment.buyer_id });

const nothing = { taken: [], givenBack: [] };
const kept = { taken: [AMOUNT], givenBack: [] };
const returned = { taken: [AMOUNT], givenBack: [AMOUNT] };
const late = { after: 'REFUNDED', money: returned };

const REFUNDED_BEFORE = 'approved by a second call, and refunded';
const DECISIONS: Record<string, Decision> = {
  'declined for its silence': {
    decides: ({ payment }) => setWindow(payment.id, '2 minutes'),
    before: 'DECLINED',
    ...late,
  },
  'given up, as its order is not to be paid': {
    decides: ({ payment }) => Promise.resolve(lost.add(payment.id)),
    before: 'CANCELLED',
    ...late,
  },
  'READY again': { decides: isReadyAgain, before: 'READY', ...late },
  'expired at the end of its window': {
    decides: async (agreed) => {
      await isReadyAgain(agreed);
      await setWindow(agreed.payment.id, PAST_CONFIRMING);
      await approvePayment(shop.parts, await current(agreed.payment.id), agreed.token, randomUUID());
    },
    before: 'DECLINED',
    ...late,
  },
  'abandoned by its buyer': {
    decides: async (agreed) => {
      await isReadyAgain(agreed);
      await abandonPayment(shop.parts, await current(agreed.payment.id));
    },
    before: 'DECLINED',
    ...late,
  },
  'over with its order, which was cancelled': {
    decides: async (agreed) => {
      await isReadyAgain(agreed);
      await shop.deliver(onOrderCancelled, { ...ordersEnd(agreed), lines: [], reason: 'BUYER' });
    },
    before: 'CANCELLED',
    ...late,
  },
  'over with its order, which expired': {
    decides: async (agreed) => {
      await isReadyAgain(agreed);
      await shop.deliver(onOrderExpired, ordersEnd(agreed));
    },
    before: 'CANCELLED',
    ...late,
  },
  'approved by a second call': { before: 'APPROVED', after: 'APPROVED', money: kept, only: 'KAKAOPAY' },
  [REFUNDED_BEFORE]: { before: 'APPROVED', after: 'REFUNDED', money: returned, only: 'KAKAOPAY' },
  'refused by the bank at a second call': {
    before: 'DECLINED',
    after: 'DECLINED',
    money: nothing,
    choice: 'refused',
    only: 'KAKAOPAY',
  },
  // A second call with the same key waits for the first.
  'undecided, and then approved': {
    before: 'APPROVING',
    after: 'APPROVED',
    money: kept,
    only: 'TOSS_PAYMENTS',
  },
  'undecided, and then refused by the bank': {
    before: 'APPROVING',
    after: 'DECLINED',
    money: nothing,
    choice: 'refused',
    only: 'TOSS_PAYMENTS',
  },
};

const CASES = PROVIDERS.flatMap((provider) =>
  Object.entries(DECISIONS)
    .filter(([, { only = provider }]) => only === provider)
    .map(([name, decision]) => ({ provider, name, decision })),
);
const agreed = new Map<string, AgreedPayment>();
const keyOf = (provider: ProviderName, name: string) => `${provider} ${name}`;
const idOf = (provider: ProviderName, name: string) =>
  agreed.get(keyOf(provider, name))?.payment.id as string;
const statusesOf = async () => {
  const rows = CASES.map(async ({ provider, name }) => {
    const { status } = await current(idOf(provider, name));
    return [keyOf(provider, name), status] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
};
const expected = (when: 'before' | 'after') =>
  Object.fromEntries(CASES.map(({ provider, name, decision }) => [keyOf(provider, name), decision[when]]));
/** As if the time of every look had come. */
const hurry = () => shop.database.run('UPDATE payment SET look_at = now() WHERE look_at IS NOT NULL');

beforeAll(async () => {
  shop = await openBothProviders({ markDeciding: ({ id }) => Promise.resolve(!lost.has(id)) });
  for (const { provider, name, decision } of CASES) {
    agreed.set(keyOf(provider, name), await shop.agrees(provider, decision.choice));
  }
});
afterAll(() => shop[Symbol.asyncDispose]());

test('an approval that lands after each possible decision is awaited, or given back', async () => {
  for (const { provider, name } of CASES) {
    await shop.fault({ ...TAKING[provider], fault: 'timeout-later', delayMs: 600_000 });
    const { payment, token } = agreed.get(keyOf(provider, name)) as AgreedPayment;
    const decision = await approvePayment(shop.parts, payment, token, randomUUID());
    expect(decision.kind).toBe('pending');
  }
  for (const { provider, name, decision } of CASES) {
    await decision.decides?.(agreed.get(keyOf(provider, name)) as AgreedPayment);
  }
  await shop.database.run(`UPDATE payment SET look_at = now() WHERE status = 'APPROVING'`);

  const settling = openSettling(shop.parts);
  const refunding = openRefunding(shop.parts);
  try {
    await eventually(async () => expect(await statusesOf()).toEqual(expected('before')));
    const { id, order_id: orderId } = await current(idOf('KAKAOPAY', REFUNDED_BEFORE));
    const refund = { paymentId: id, orderId, key: `order:${orderId}`, amount: AMOUNT, reason: 'BUYER' };
    await shop.deliver(onRefundRequested, refund);
    await eventually(async () => {
      const open = await shop.database.query('SELECT 1 FROM refund WHERE refunded_at IS NULL');
      expect(open).toEqual([]);
    });
    expect(await shop.landLateCalls()).toBe(CASES.length);
    await hurry();
    await eventually(async () => expect(await statusesOf()).toEqual(expected('after')));
    for (const { provider, name, decision } of CASES) {
      expect({ name, money: await shop.moneyOf(idOf(provider, name)) }).toEqual({
        name,
        money: decision.money,
      });
    }
  } finally {
    await settling.close();
    await refunding.close();
  }
});
