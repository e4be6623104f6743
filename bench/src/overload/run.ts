import { readBooks, type Books } from '@stampede/shared/testing';
import type { Judged } from '../judging/check.js';
import { settle, type Settled } from '../judging/settle.js';
import { usedBy } from '../measure/cost.js';
import { DECISIONS, findFullLoad, type FullLoad } from './full-load.js';
import { judge } from './judge.js';
import type { OverloadOptions, OverloadParts } from './parts.js';
import { readFlow, strayOf, type Met } from './phase.js';
import type { Flow } from './presses/flow.js';
import { TOLD } from './presses/told.js';
import { reachable } from './reachable.js';
import { recoveredAfterMs } from './recovery.js';
import { growing, watchProcesses, type Memory } from './watch-processes.js';

/** More than the machine can do, as it is written to the results. Times are milliseconds. */
export interface OverloadRun extends Settled, Judged {
  sellingId: string;
  steps: Omit<FullLoad, 'orders'>[];
  fullLoad: Omit<FullLoad, 'orders'>;
  /** Those who came in its first seconds, when it may be a rush that is over at once, and those who came after. */
  onset: Met;
  overload: Met;
  /** By kind, after as many seconds. */
  flood: Record<'checkouts' | 'reads' | 'signIns', Met>;
  recovery: Met;
  recoveredAfterMs: number;
  /** Decisions a second that could have been made, by what else came. */
  reachable: { overload: number; flood: number };
  /** While more came than could be served. */
  memory: Memory;
  growing: string[];
  cpuSeconds: Record<string, number | null>;
  /** Answers that were none, or not true, by how they begin. */
  stray: Record<string, number>;
  books: Books;
  told: number;
  missing: number;
  monotonicMicroseconds: [number, number];
}

/**
 * Nobody can tell an overload from a stampede until it does not end: so long the platform may let everybody wait for
 * their turn, and refuse nobody. What is judged by times comes after it.
 */
const ONSET_SECONDS = 6;
/** Services that have just been started are slow for a while, and no token has been seen yet. */
const WARM_UP = { atATime: 64, seconds: 8 };
/** So many a second are many times what two processors can hash. */
const SIGN_INS = 200;
/** Of the best rate, which leaves buyers who come evenly nothing to wait for. */
const CALM = 0.5;
const RECOVERY_SECONDS = 8;
const SIGN_IN_ENDS = ['AuthSession', 'TooManyAttempts'];
const READ_ENDS = [TOLD];

export async function runOverload(parts: OverloadParts, options: OverloadOptions): Promise<OverloadRun> {
  const { presses, costOfReading: cost, sellingId, stock } = parts;
  const { times, seconds, progress } = options;
  const said = readAnswers(parts.told);
  progress('warming up', 0, 1);
  said.add(await presses.run({ checkouts: WARM_UP }, WARM_UP.seconds));
  const { orders, steps, ...fullLoad } = await findFullLoad(parts, progress);
  said.addOrders(orders);
  for (const { met } of steps) said.addStray(strayOf(met, DECISIONS));
  const best = fullLoad.met.served;

  progress(`${times} times as many for ${seconds} s`, 0, 1);
  const endWatch = watchProcesses(parts.processes);
  const { result: over, used } = await usedBy(parts.processes, () =>
    presses.run({ checkouts: { perSecond: best * times } }, ONSET_SECONDS + seconds),
  );
  const memory = endWatch();
  progress('recovering', 0, 1);
  const calm = await presses.run({ checkouts: { perSecond: best * CALM } }, RECOVERY_SECONDS);
  progress('floods of reads and sign-ins', 0, 1);
  const paces = {
    checkouts: { perSecond: best },
    reads: { perSecond: best * (times - 1) },
    signIns: { perSecond: SIGN_INS },
  };
  const flooded = await presses.run(paces, ONSET_SECONDS + seconds / 2);
  const onset = readFlow(over.checkouts, DECISIONS, [0, ONSET_SECONDS]);
  const overload = said.add(over, ONSET_SECONDS);
  const [recovery, flood] = [said.add(calm), said.add(flooded, ONSET_SECONDS)];

  const found = {
    reachable: {
      overload: reachable(best, overload.checkouts.came - best, cost),
      flood: reachable(best, flood.reads.came + flood.signIns.came, cost),
    },
    recoveredAfterMs: recoveredAfterMs(calm.checkouts, fullLoad.met.servedTimes?.p99 ?? 0),
    growing: growing(memory),
    stray: said.stray,
    told: said.orders.size,
  };
  progress('checking', 0, 1);
  const settled = await settle(
    parts,
    async () => ({
      books: await readBooks(parts, sellingId),
      missing: await countMissing(parts, sellingId, said.orders),
    }),
    (state) =>
      judge({
        ...state,
        ...found,
        fullLoad: fullLoad.met,
        overload: overload.checkouts,
        flood: flood.checkouts,
        stray: Object.values(said.stray).reduce((sum, count) => sum + count, 0),
        stock,
      }),
  );
  return {
    sellingId,
    steps,
    fullLoad,
    onset,
    overload: overload.checkouts,
    flood,
    recovery: recovery.checkouts,
    memory,
    cpuSeconds: used.cpuSeconds,
    ...found,
    ...settled,
    monotonicMicroseconds: used.monotonicMicroseconds,
  };
}

type Flows<Name extends string> = Record<Name, Flow>;

const ENDS: Record<string, readonly string[]> = {
  checkouts: DECISIONS,
  reads: READ_ENDS,
  signIns: SIGN_IN_ENDS,
};

/** All that was answered, in all parts. */
function readAnswers(orders: Set<string>) {
  const stray: Record<string, number> = {};
  const addStray = (more: Record<string, number>) => {
    for (const [name, count] of Object.entries(more)) stray[name] = (stray[name] ?? 0) + count;
  };
  const addOrders = (ids: string[]) => ids.forEach((id) => orders.add(id));
  return {
    stray,
    orders,
    addStray,
    addOrders,
    /** @returns what those met who came after so many seconds */
    add: <Name extends string>(flows: Flows<Name>, from = 0): Record<Name, Met> => {
      const met = Object.entries<Flow>(flows).map(([name, flow]) => {
        const ends = ENDS[name] ?? [];
        addStray(strayOf(readFlow(flow, ends), ends));
        addOrders(flow.orders);
        return [name, readFlow(flow, ends, [from, flow.seconds])];
      });
      return Object.fromEntries(met) as Record<Name, Met>;
    },
  };
}

/** How many of the orders that buyers were told of are not of this product in PostgreSQL. */
async function countMissing(
  { sql }: Pick<OverloadParts, 'sql'>,
  productId: string,
  orders: ReadonlySet<string>,
): Promise<number> {
  const [row] = await sql('order').query<{ count: number }>(
    `SELECT count(*)::int AS count FROM unnest($1::uuid[]) AS told (id)
     WHERE NOT EXISTS (SELECT FROM order_line WHERE order_id = told.id AND product_id = $2)`,
    [[...orders], productId],
  );
  return row?.count ?? 0;
}
