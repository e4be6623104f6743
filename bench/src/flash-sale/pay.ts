import { pressPay, type Buyer, type GraphqlAnswer } from '@stampede/shared/testing';
import { setTimeout as pause } from 'node:timers/promises';
import type { FlashSaleOptions, FlashSaleParts } from './parts.js';

export interface Winner {
  buyer: Buyer;
  orderId: string;
}

export interface Payments {
  /** How many winners see their order CONFIRMED. */
  confirmed: number;
  /** Milliseconds from the first payment's start to the last approval. */
  payingMs: number;
  /** What went wrong, for whom. */
  problems: string[];
}

/** So many pay at the same time: as many as one emulator serves without making them wait for it. */
const AT_ONCE = 32;
const CONFIRMED_WITHIN_MS = 60_000;

/** Each winner pays on the provider's page, and waits until the order is CONFIRMED. */
export async function pay(
  parts: FlashSaleParts,
  winners: Winner[],
  options: FlashSaleOptions,
): Promise<Payments> {
  const problems: string[] = [];
  const began = performance.now();
  const paid: string[] = [];
  let done = 0;
  await inParallel(winners, async (winner) => {
    try {
      await payOne(winner, parts.gatewayUrl);
      paid.push(winner.orderId);
    } catch (error) {
      problems.push(`order ${winner.orderId}: ${(error as Error).message}`);
    }
    options.progress('paying', ++done, winners.length);
  });
  const payingMs = performance.now() - began;
  await untilConfirmed(parts, paid, options);
  let confirmed = 0;
  await inParallel(winners, async ({ buyer, orderId }) => {
    const answer = await buyer.send('query ($id: ID!) { order(id: $id) { status } }', { id: orderId });
    const status = (answer.data as { order?: { status?: string } } | null)?.order?.status;
    if (status === 'CONFIRMED') confirmed += 1;
    else problems.push(`order ${orderId} is ${status ?? JSON.stringify(answer.errors)}`);
  });
  return { confirmed, payingMs, problems };
}

async function payOne({ buyer, orderId }: Winner, gatewayUrl: string): Promise<void> {
  const returnUrl = new URL('/return', gatewayUrl);
  // The origin that a local platform accepts.
  returnUrl.hostname = 'localhost';
  const started = expectPayment(await buyer.startPayment(orderId, returnUrl.href), 'startPayment');
  const token = await pressPay(String(started.redirectUrl));
  expectPayment(await buyer.approvePayment(String(started.id), token), 'approvePayment');
}

function expectPayment(answer: GraphqlAnswer, field: string): Record<string, unknown> {
  const result = (answer.data as Record<string, Record<string, unknown> | null> | null)?.[field];
  if (result?.__typename !== 'Payment') {
    throw new Error(`${field} gave ${JSON.stringify(result ?? answer.errors)}`);
  }
  return result;
}

/** Asked of the database: so many people asking the gateway would delay what they wait for. */
async function untilConfirmed(
  { sql }: FlashSaleParts,
  ids: string[],
  { progress }: FlashSaleOptions,
): Promise<void> {
  const deadline = Date.now() + CONFIRMED_WITHIN_MS;
  // Whoever is not CONFIRMED by the deadline is counted, and named, by what the API says next.
  for (let confirmed = 0; confirmed < ids.length && Date.now() < deadline; await pause(20)) {
    const [row] = await sql('order').query<{ count: number }>(
      `SELECT count(*) FROM orders WHERE id = ANY($1::uuid[]) AND status = 'CONFIRMED'`,
      [ids],
    );
    confirmed = row?.count ?? 0;
    progress('confirming', confirmed, ids.length);
  }
}

async function inParallel<T>(items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
}
