import { usedBy } from '../measure/cost.js';
import { monotonicMs } from '../measure/monotonic.js';
import { percentilesOf, type Percentiles } from '../measure/percentiles.js';
import { openConfirmations } from './confirmations.js';
import { readCommits } from './commits.js';
import { costOf, type Cost } from './cost.js';
import type { Approved, Lane } from './lane.js';
import type { PaidOrdersOptions, PaidOrdersParts } from './parts.js';

/** One order, from “buy” to CONFIRMED. Times of the machine's monotonic clock. */
export interface Bought extends Approved {
  confirmedAt: number;
}

/** Buyers in a closed loop, as it is written to the results. Times are milliseconds. */
export interface LoopFigures {
  /** Those that were CONFIRMED in the time that was asked for. */
  orders: number;
  seconds: number;
  perSecond: number;
  approve: Percentiles | null;
  approvedToConfirmed: Percentiles | null;
  checkoutToConfirmed: Percentiles | null;
  cost: Cost;
  monotonicMicroseconds: [number, number];
}

/** So many by each lane before anything is measured: services that have just been started are slow for a while. */
const WARM_UP = 5;

/** Each lane buys one after the other until the time is up; what is under way then is bought to its end. */
export async function runLoop(
  parts: PaidOrdersParts,
  lanes: Lane[],
  productId: string,
  { seconds, progress }: Pick<PaidOrdersOptions, 'seconds' | 'progress'>,
): Promise<{ figures: LoopFigures; bought: number; problems: string[] }> {
  const { nextBuyer, processes } = parts;
  const warm: Bought[] = [];
  const all: Bought[] = [];
  const problems: string[] = [];
  const confirmations = openConfirmations(parts);
  let until = 0;

  async function buy(lane: Lane, to: Bought[]): Promise<void> {
    try {
      const approved = await lane.approve(await lane.press(nextBuyer(), productId));
      to.push({ ...approved, confirmedAt: await confirmations.of(approved.orderId) });
    } catch (error) {
      problems.push((error as Error).message);
    }
  }

  async function warmUp(lane: Lane): Promise<void> {
    for (let number = 0; number < WARM_UP; number++) {
      await buy(lane, warm);
      progress('warming up', warm.length, lanes.length * WARM_UP);
    }
  }

  async function goOn(lane: Lane): Promise<void> {
    while (monotonicMs() < until) {
      await buy(lane, all);
      progress(`buying for ${seconds} s`, all.length, 0);
    }
  }

  try {
    await Promise.all(lanes.map(warmUp));
    const commitsBefore = await readCommits(parts);
    const { used } = await usedBy(processes, () => {
      until = monotonicMs() + seconds * 1_000;
      return Promise.all(lanes.map(goOn));
    });
    const commits = (await readCommits(parts)) - commitsBefore;
    const { monotonicMicroseconds } = used;
    return {
      figures: {
        ...loopFigures(all, until, seconds),
        cost: costOf(used, commits, all.length),
        monotonicMicroseconds,
      },
      bought: warm.length + all.length,
      problems,
    };
  } finally {
    await confirmations.close();
  }
}

/** @param until the end of the time; what was CONFIRMED later is in no rate, and in every percentile */
export function loopFigures(all: readonly Bought[], until: number, seconds: number) {
  const orders = all.filter(({ confirmedAt }) => confirmedAt <= until).length;
  return {
    orders,
    seconds,
    perSecond: orders / seconds,
    approve: percentilesOf(all.map(({ approveAt, approvedAt }) => approvedAt - approveAt)),
    approvedToConfirmed: percentilesOf(all.map(({ approvedAt, confirmedAt }) => confirmedAt - approvedAt)),
    checkoutToConfirmed: percentilesOf(all.map(({ checkoutAt, confirmedAt }) => confirmedAt - checkoutAt)),
  };
}
