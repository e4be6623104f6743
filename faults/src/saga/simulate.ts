import fc from 'fast-check';
import { BEGINNING, byClock } from './clock.js';
import { abandoning, approving, startingPayment } from './commands/pay.js';
import { buying } from './commands/buy.js';
import { purchasing } from './commands/purchase.js';
import { cancelling, pausing, restocking } from './commands/change-mind.js';
import type { Command } from './commands/command.js';
import {
  crashing,
  delivering,
  forgetting,
  goingWrong,
  rebuilding,
  waiting,
  working,
} from './commands/disturb.js';
import { newModel, type Model } from './model.js';
import type { Sale } from './sale.js';
import { calm, settle } from './settle.js';
import type { Stores } from './stores.js';
import { verify, verifyStock } from './verify.js';
import { openWorld, type World } from './world.js';

/** To its end at once, mostly; otherwise so far, and whatever comes next happens in between. */
const STEPS = fc.oneof(
  { weight: 1, arbitrary: fc.constant(Infinity) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 12 }) },
);

const PRODUCTS = 2;

const histories = (maxCommands: number) => {
  const arbitraries: [number, fc.Arbitrary<Command>][] = [
    [2, buying(PRODUCTS, STEPS)],
    [5, purchasing(PRODUCTS, STEPS)],
    [4, startingPayment(STEPS)],
    [5, approving(STEPS)],
    [1, abandoning(STEPS)],
    [3, waiting(STEPS)],
    [4, working(STEPS)],
    [6, delivering(STEPS)],
    [6, cancelling(STEPS)],
    [2, restocking(PRODUCTS, STEPS)],
    [1, pausing(PRODUCTS, STEPS)],
    [4, rebuilding(PRODUCTS, STEPS)],
    [2, forgetting],
    [1, crashing],
    [2, goingWrong],
  ];
  return fc.commands<Model, World, true>(
    arbitraries.flatMap(([weight, arbitrary]) => Array.from({ length: weight }, () => arbitrary)),
    { maxCommands, size: 'max' },
  );
};

/** A failure, and how to see it again. */
export interface Found {
  /** Which of one seed's histories, before it was made short: to take it again makes it short again. */
  path: string;
  report: string;
}

export interface Chunk {
  seed: number;
  /** Histories; each is of the commands that the scheduler and the seed choose, so many at most. */
  runs: number;
  maxCommands: number;
  /** Only the one that a failure named. */
  path?: string | undefined;
  /** Is told of each history that has come to its end, with all of its steps. */
  onLived?: (steps: readonly string[]) => void;
}

const OFFERED: fc.Arbitrary<Sale> = fc.record({
  stocks: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: PRODUCTS }),
  limitPerBuyer: fc.integer({ min: 1, max: 3 }),
  isDiligent: fc.constantFrom(true, true, false),
  refunds: fc.array(fc.constantFrom('told', 'lost', 'unheard'), { maxLength: 3 }),
});

/** Tries histories of one seed on the real code. @returns the first that breaks a rule, made as short as it can be */
export async function tryHistories(
  stores: Stores,
  { seed, runs, maxCommands, path, onLived }: Chunk,
): Promise<Found | undefined> {
  const property = fc.asyncProperty(
    OFFERED,
    // Without an order there is little that can go wrong.
    purchasing(PRODUCTS, STEPS),
    histories(maxCommands),
    fc.scheduler(),
    async (sale, first, commands, scheduler) => {
      const steps = await live(stores, sale, following(first, commands), scheduler);
      onLived?.(steps);
    },
  );
  const details = await fc.check(property, {
    seed,
    numRuns: runs,
    ...(path !== undefined && { path }),
  });
  if (!details.failed) return undefined;
  const story = details.counterexample?.map((part) => fc.stringify(part)).join('\n') ?? '';
  const { errorInstance: error } = details;
  return {
    path: details.counterexamplePath?.split(':')[0] ?? '',
    report: `${story}\n${error instanceof Error ? error.message : String(error)}`,
  };
}

function* following(first: Command, others: Iterable<Command>): Iterable<Command> {
  yield first;
  yield* others;
}

/** One history, from its first command until nothing moves any more. @throws Error that says what does not hold */
function live(
  stores: Stores,
  sale: Sale,
  commands: Iterable<Command>,
  scheduler: fc.Scheduler,
): Promise<readonly string[]> {
  const clock = { now: BEGINNING };
  return byClock(clock, async () => {
    const world = await openWorld(stores, clock, scheduler, sale);
    await fc.asyncModelRun(() => ({ model: newModel(PRODUCTS), real: world }), commands);
    await calm(world);
    await verifyStock(world);
    await settle(world);
    await verify(world);
    return world.history.steps;
  });
}
