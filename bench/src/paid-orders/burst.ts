import { setTimeout as pause } from 'node:timers/promises';
import { openLoad, type LoadAnswer } from '../load/load.js';
import { graphqlRequest } from '../load/requests.js';
import { usedBy } from '../measure/cost.js';
import { percentilesOf, type Percentiles } from '../measure/percentiles.js';
import { readCommits } from './commits.js';
import { costOf, type Cost } from './cost.js';
import type { Lane, Pressed } from './lane.js';
import type { PaidOrdersOptions, PaidOrdersParts } from './parts.js';
import { approveRequest, expectType } from './requests.js';

/** Buyers who all come back at once, as it is written to the results. Times are milliseconds. */
export interface BurstFigures {
  approvals: number;
  /** From the first request on the wire to the last answer. */
  seconds: number;
  perSecond: number;
  /** From the moment at which all of them came back; it holds the waiting for a free connection. */
  sinceBegin: Percentiles | null;
  /** From each request on the wire. */
  approve: Percentiles | null;
  /** From its beginning; null where an order never was. */
  allConfirmedMs: number | null;
  approvedToConfirmed: Percentiles | null;
  cost: Cost;
  monotonicMicroseconds: [number, number];
}

const LOOK_MS = 250;
const CONFIRMED_WITHIN_MS = 120_000;

/** Has so many press “pay”, and then all of them come back at once. */
export async function runBurst(
  parts: PaidOrdersParts,
  lanes: Lane[],
  productId: string,
  options: Pick<PaidOrdersOptions, 'burst' | 'connections' | 'progress'>,
): Promise<{ figures: BurstFigures; bought: number; problems: string[] }> {
  const { gateway, processes } = parts;
  const { burst, connections, progress } = options;
  const pressed = await pressAll(parts, lanes, productId, burst, progress);
  const load = openLoad(gateway.hostname, Number(gateway.port), connections);
  try {
    await load.eachConnection(graphqlRequest(gateway, { query: '{ serverTime }' }));
    const requests = pressed.map((one) => approveRequest(gateway, one.buyer, one));
    const commitsBefore = await readCommits(parts);
    const { result, used } = await usedBy(processes, async () => {
      const loaded = await load.run({ requests, onProgress: (done) => progress('approving', done, burst) });
      await untilConfirmed(parts, productId, pressed, progress);
      return loaded;
    });
    const commits = (await readCommits(parts)) - commitsBefore;
    const { beganAt, answers } = result;
    const problems = answers.flatMap(problemOf);
    const confirmedAt = await readConfirmed(parts, pressed);
    const { monotonicMicroseconds } = used;
    const figures = {
      ...burstFigures(pressed, beganAt, answers, confirmedAt),
      cost: costOf(used, commits, burst),
      monotonicMicroseconds,
    };
    return { figures, bought: burst, problems };
  } finally {
    load.close();
  }
}

/** @throws Error when one of them cannot: there is nothing to measure then */
async function pressAll(
  { nextBuyer }: PaidOrdersParts,
  lanes: Lane[],
  productId: string,
  count: number,
  progress: PaidOrdersOptions['progress'],
): Promise<Pressed[]> {
  const pressed: Pressed[] = [];
  const numbers = Array.from({ length: count }, (_, number) => number).values();
  const goOn = async (lane: Lane) => {
    for (const _ of numbers) {
      pressed.push(await lane.press(nextBuyer(), productId));
      progress('pressing “pay”', pressed.length, count);
    }
  };
  await Promise.all(lanes.map(goOn));
  return pressed;
}

function problemOf({ status, body }: LoadAnswer): string[] {
  try {
    if (status === 0) return [body];
    expectType({ body }, 'approvePayment', 'Payment');
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** One statement four times a second; whoever is not CONFIRMED by the deadline is counted by the judge. */
async function untilConfirmed(
  { sql }: PaidOrdersParts,
  productId: string,
  { length: count }: Pressed[],
  progress: PaidOrdersOptions['progress'],
): Promise<void> {
  const deadline = Date.now() + CONFIRMED_WITHIN_MS;
  for (let left = count; left > 0 && Date.now() < deadline; await pause(LOOK_MS)) {
    const [row] = await sql('order').query<{ count: number }>(
      `SELECT count(*) FROM orders JOIN order_line ON order_id = id
       WHERE product_id = $1 AND status IN ('PENDING_PAYMENT', 'PAID')`,
      [productId],
    );
    left = row?.count ?? 0;
    progress('confirming', count - left, count);
  }
}

/** By the database's clock, which is this machine's. */
async function readConfirmed({ sql }: PaidOrdersParts, pressed: Pressed[]): Promise<Map<string, number>> {
  const rows = await sql('order').query<{ id: string; at: Date }>(
    `SELECT order_id AS id, at FROM order_event WHERE order_id = ANY($1::uuid[]) AND status = 'CONFIRMED'`,
    [pressed.map(({ orderId }) => orderId)],
  );
  return new Map(rows.map(({ id, at }) => [id, at.getTime()]));
}

/** @param beganAt and `confirmedAt`: milliseconds since 1970; answers are told from `beganAt` */
export function burstFigures(
  pressed: readonly Pick<Pressed, 'orderId'>[],
  beganAt: number,
  answers: readonly LoadAnswer[],
  confirmedAt: ReadonlyMap<string, number>,
) {
  const lastMs = answers.reduce((latest, { answeredMs }) => Math.max(latest, answeredMs), 0);
  const confirmedMs = pressed.map(({ orderId }) => (confirmedAt.get(orderId) ?? Number.NaN) - beganAt);
  const waits = confirmedMs.map((ms, index) => ms - answers[index]!.answeredMs);
  const isMissing = confirmedMs.some(Number.isNaN);
  return {
    approvals: answers.length,
    seconds: lastMs / 1_000,
    perSecond: (answers.length * 1_000) / lastMs,
    sinceBegin: percentilesOf(answers.map(({ answeredMs }) => answeredMs)),
    approve: percentilesOf(answers.map(({ sentMs, answeredMs }) => answeredMs - sentMs)),
    allConfirmedMs: isMissing ? null : confirmedMs.reduce((latest, ms) => Math.max(latest, ms), 0),
    approvedToConfirmed: percentilesOf(waits.filter((ms) => !Number.isNaN(ms))),
  };
}
