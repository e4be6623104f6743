import { readBooks, type Books } from '@stampede/shared/testing';
import type { Judged } from '../judging/check.js';
import { settle, type Settled } from '../judging/settle.js';
import { readServerClock } from './clock.js';
import { readFlush, type FlushEffect } from './flush.js';
import { judge } from './judge.js';
import { openSale, type OpeningSale } from './open-sale.js';
import { readDecision, type Decision } from '../checkouts/decision.js';
import { timesByOutcome, type OutcomeTimes } from './outcomes.js';
import type { FlashSaleOptions, FlashSaleParts } from './parts.js';
import { pay, type Winner } from './pay.js';
import { rush, type Rush } from './rush.js';
import type { SignInFigures } from './sign-ins.js';
import { watchPage } from './watch-page.js';

/** One sale from its opening to its last confirmed order, as it is written to the results. */
export interface FlashSaleRun extends Settled, Judged {
  productId: string;
  opensAt: string;
  /** Milliseconds after the opening, by the clock that opens it, at which the first request went out. */
  pressedAfterMs: number;
  decisions: number;
  /** From the first request on the wire to the last answer. */
  rushSeconds: number;
  decisionsPerSecond: number;
  outcomes: OutcomeTimes[];
  /** Repeats that buyers were asked for, and how many buyers those were. */
  repeats: { requests: number; buyers: number };
  /** Milliseconds from the opening; null when not all units were sold. */
  soldOutMs: { byAnswers: number | null; byServerClock: number | null };
  /** From the opening to the last CONFIRMED, by the server's clock; it holds the rush and the paying. */
  lastConfirmedMs: number | null;
  /** From the first payment's start to the last approval. */
  payingMs: number;
  flush: FlushEffect | null;
  signIns: SignInFigures | null;
  cpu: Record<string, { seconds: number; microsecondsPerDecision: number } | null>;
  books: Books;
  monotonicMicroseconds: [number, number];
}

export async function runFlashSale(parts: FlashSaleParts, options: FlashSaleOptions): Promise<FlashSaleRun> {
  if (options.flush && !parts.redisIsPrivate) {
    throw new Error('Redis is not this platform’s own: it is not emptied.');
  }
  const gateway = new URL('/graphql', parts.gatewayUrl);
  options.progress('connecting', 0, 1);
  const clockAheadMs = await readServerClock(parts.generator, gateway);
  const sale = await openSale(parts, options, clockAheadMs);
  if (options.watch > 0) options.watchAt(watchPage(parts.gatewayUrl, sale.productId));
  options.progress('waiting for the opening', 0, 1);
  const rushed = await rush(parts, sale, clockAheadMs, options);
  const decisions = rushed.answers.map(readDecision);
  const winners = winnersOf(parts, decisions);
  const paid = await pay(parts, winners, options);

  options.progress('checking', 0, 1);
  const buyers = parts.buyers.length;
  const settled = await settle(
    parts,
    async () => ({ books: await readBooks(parts, sale.productId) }),
    (found) => judge({ ...options, ...found, buyers, sale, decisions, confirmed: paid.confirmed }),
  );
  return {
    ...figuresOf(sale, rushed, decisions, clockAheadMs),
    ...(await readServerTimes(parts, sale, options.stock, decisions)),
    payingMs: paid.payingMs,
    flush: flushOf(rushed),
    signIns: rushed.signIns,
    ...settled,
    problems: [...paid.problems, ...settled.problems],
    monotonicMicroseconds: rushed.monotonicMicroseconds,
  };
}

function winnersOf(parts: FlashSaleParts, decisions: Decision[]): Winner[] {
  return decisions.flatMap(({ outcome, orderId }, index) =>
    outcome === 'Order' && orderId !== undefined ? [{ buyer: parts.buyers[index]!, orderId }] : [],
  );
}

const flushOf = ({ flush, answers, beganAt }: Rush): FlushEffect | null => {
  if (!flush) return null;
  const { at, rebuiltAfterMs, availableAfter } = flush;
  return { ...readFlush(answers, at - beganAt), rebuiltAfterMs, availableAfter };
};

function figuresOf(sale: OpeningSale, rushed: Rush, decisions: Decision[], clockAheadMs: number) {
  const { answers, beganAt, cpuSeconds } = rushed;
  const answered = answers.filter(({ status }) => status !== 0).length;
  const rushSeconds = answers.reduce((latest, { answeredMs }) => Math.max(latest, answeredMs), 0) / 1_000;
  const repeated = answers.filter(({ repeats }) => repeats > 0);
  const cpu = Object.entries(cpuSeconds).map(([name, seconds]) => [
    name,
    seconds === null ? null : { seconds, microsecondsPerDecision: (seconds / answered) * 1e6 },
  ]);
  return {
    productId: sale.productId,
    opensAt: new Date(sale.opensAt).toISOString(),
    pressedAfterMs: beganAt + clockAheadMs - sale.opensAt,
    decisions: answered,
    rushSeconds,
    decisionsPerSecond: answered / rushSeconds,
    outcomes: timesByOutcome(decisions),
    repeats: {
      requests: repeated.reduce((sum, { repeats }) => sum + repeats, 0),
      buyers: repeated.length,
    },
    cpu: Object.fromEntries(cpu) as FlashSaleRun['cpu'],
  };
}

async function readServerTimes(
  { sql }: FlashSaleParts,
  { productId, opensAt }: OpeningSale,
  stock: number,
  decisions: Decision[],
): Promise<Pick<FlashSaleRun, 'soldOutMs' | 'lastConfirmedMs'>> {
  const [row] = await sql('order').query<{ placed: Date | null; confirmed: Date | null }>(
    `SELECT max(orders.placed_at) AS placed,
       (SELECT max(at) FROM order_event JOIN order_line USING (order_id)
        WHERE product_id = $1 AND order_event.status = 'CONFIRMED') AS confirmed
     FROM orders JOIN order_line ON order_id = id WHERE product_id = $1`,
    [productId],
  );
  const won = decisions.filter(({ outcome }) => outcome === 'Order').map(({ answer }) => answer.answeredMs);
  const soldOut = won.length >= stock;
  const since = (date: Date | null | undefined) => (date ? date.getTime() - opensAt : null);
  return {
    soldOutMs: {
      byAnswers: soldOut ? won.reduce((latest, ms) => Math.max(latest, ms), 0) : null,
      byServerClock: soldOut ? since(row?.placed) : null,
    },
    lastConfirmedMs: since(row?.confirmed),
  };
}
