import { orderNumberOf } from '@stampede/order/order-number';
import { moneyAtProvider, type Shop } from '@stampede/shared/testing';
import type { Told } from './sale/customer.js';
import { isSoon } from './sale/until-answered.js';

interface KnownPayment {
  id: string;
  provider: 'KAKAOPAY' | 'TOSS_PAYMENTS';
  provider_id: string | null;
  amount: number;
  taken: boolean;
  back: number;
}

const PAYMENTS = `SELECT id, provider, provider_id, amount, approved_at IS NOT NULL AS taken,
    coalesce((SELECT sum(amount) FROM refund WHERE payment_id = payment.id AND refunded_at IS NOT NULL), 0)::bigint AS back
  FROM payment WHERE created_at >= $1`;

/** Whether the providers have taken and given back what our books say, once. @returns what is not so */
export async function compareMoney(shop: Shop, since: Date): Promise<string[]> {
  const payments = await shop.sql('payment').query<KnownPayment>(PAYMENTS, [since]);
  const wrong: string[] = [];
  for (const { amount, taken, back, ...payment } of payments) {
    const there = await moneyAtProvider(shop.emulatorsUrl, payment);
    const ours = `${taken ? amount : 0} taken, ${back} given back`;
    const theirs = `${sum(there.taken)} taken, ${sum(there.givenBack)} given back`;
    if (there.taken.length > 1 || ours !== theirs) {
      wrong.push(`payment ${payment.id}: ${ours}, and at ${payment.provider} ${theirs}`);
    }
  }
  return wrong;
}

/** Whether each key leads to the order that it led to before. @returns what is not so */
export async function askAgain(told: readonly Told[]): Promise<string[]> {
  const answers = await Promise.all(
    // A copy: who is answered is told once more.
    [...told].map(async ({ customer, lines, key, orderId }) => {
      const answer = await customer.checkout(lines, key);
      return answer.id === orderId ? [] : [`order ${orderId} became ${JSON.stringify(answer)} under its key`];
    }),
  );
  return answers.flat();
}

/** Messages that nobody could handle, and nobody has looked at. @returns what died */
export async function findDeadLetters({ sql }: Shop): Promise<string[]> {
  const query = `SELECT queue, reason FROM dead_letter WHERE status = 'OPEN'`;
  const letters = await sql('order').query<{ queue: string; reason: string }>(query);
  return letters.map(({ queue, reason }) => `a message died in ${queue}: ${reason}`);
}

/** Orders of which nobody has been told in writing how they stand: every letter is sent, some twice. */
export async function findUnwritten({ sql, emulatorsUrl }: Shop, since: Date): Promise<string[]> {
  const orders = await sql('order').query<{ id: string; number: number; status: string }>(
    `SELECT id, number, status FROM orders WHERE placed_at >= $1 AND status <> 'PENDING_PAYMENT'`,
    [since],
  );
  const read = async () => (await (await fetch(`${emulatorsUrl}/mail`)).json()) as { text: string }[];
  const unwritten = async () => {
    // A letter whose sender has died is left to its lease of two minutes.
    await sql('user').run('UPDATE mail SET due_at = now() WHERE due_at > now()');
    const letters = (await read()).map(({ text }) => text);
    return orders.filter(({ number }) => !letters.some((text) => text.includes(orderNumberOf(number))));
  };
  await isSoon(async () => (await unwritten()).length === 0);
  return (await unwritten()).map(({ id, status }) => `nobody was written that order ${id} is ${status}`);
}

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
