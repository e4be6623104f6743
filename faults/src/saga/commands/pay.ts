import fc from 'fast-check';
import { abandonPayment } from '@stampede/payment/abandon-payment/abandon-payment';
import { approvePayment } from '@stampede/payment/approve-payment/approve-payment';
import { startPayment } from '@stampede/payment/start-payment/start-payment';
import type { Verdict } from '../bank/account.js';
import { tokenOf } from '../bank/bank.js';
import type { Stall } from '../life.js';
import type { Model } from '../model.js';
import type { World } from '../world.js';
import { command, pick, STALLS, standing, type Command } from './command.js';

const RETURN_URL = new URL('https://shop.test/return');
export const PROVIDERS = ['KAKAOPAY', 'TOSS_PAYMENTS'] as const;
export const VERDICTS: readonly Verdict[] = [
  'approves',
  'approves',
  'declines',
  'is-deaf',
  'is-unheard',
  'approves-late',
];

export const startingPayment = (steps: fc.Arbitrary<number>): fc.Arbitrary<Command> =>
  fc
    .record({ order: fc.nat(3), provider: fc.constantFrom(...PROVIDERS), steps })
    .map(({ order, provider, steps: taken }) =>
      command(
        `order ${order} is to be paid by ${provider}`,
        taken,
        (model, world) => {
          void start(model, world, pick(model.orders, order), provider);
        },
        ({ orders }) => orders.length > 0,
      ),
    );

/** @returns the payment's id; undefined where none is to be had */
export async function start(
  model: Model,
  { history, platform }: World,
  { id: orderId, buyerId }: Model['orders'][number],
  provider: (typeof PROVIDERS)[number],
): Promise<string | undefined> {
  const request = { orderId, buyerId, provider, returnUrl: RETURN_URL, requestId: 'saga' };
  try {
    const answer = await history.start('payment', `start by ${provider}`, () =>
      startPayment(platform.payment, request),
    );
    if (answer.kind !== 'started') return undefined;
    const { id } = answer.payment;
    if (!model.payments.includes(id)) model.payments.push(id);
    return id;
  } catch {
    return undefined;
  }
}

export const approving = (steps: fc.Arbitrary<number>): fc.Arbitrary<Command> =>
  fc
    .record({
      payment: fc.nat(3),
      verdict: fc.constantFrom(...VERDICTS),
      isRight: fc.nat(7).map((number) => number > 0),
      stall: STALLS,
      steps,
    })
    .map(({ payment, verdict, isRight, stall, steps: taken }) =>
      command(
        `payment ${payment} is approved${isRight ? '' : ' by a wrong token'}, the bank ${verdict}${standing(stall)}`,
        taken,
        (model, world) => {
          const id = pick(model.payments, payment);
          world.bank.plan(id, verdict);
          void approve(world, id, isRight ? tokenOf(id) : 'another', stall);
        },
        ({ payments }) => payments.length > 0,
      ),
    );

export async function approve(
  { history, platform }: World,
  id: string,
  token: string,
  stall?: Stall,
): Promise<void> {
  try {
    await history.start(
      'payment',
      'approve',
      async () => {
        const payment = await platform.payment.approvals.find(id);
        if (payment) await approvePayment(platform.payment, payment, token, 'saga');
      },
      stall,
    );
  } catch {
    // Its buyer is told so, and asks again or not.
  }
}

export const abandoning = (steps: fc.Arbitrary<number>): fc.Arbitrary<Command> =>
  fc.record({ payment: fc.nat(3), steps }).map(({ payment, steps: taken }) =>
    command(
      `payment ${payment} is abandoned`,
      taken,
      (model, { history, platform }) => {
        const id = pick(model.payments, payment);
        history
          .start('payment', 'abandon', async () => {
            const found = await platform.payment.approvals.find(id);
            if (found) await abandonPayment(platform.payment, found);
          })
          .catch(() => undefined);
      },
      ({ payments }) => payments.length > 0,
    ),
  );
