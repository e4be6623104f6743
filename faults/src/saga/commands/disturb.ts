import fc from 'fast-check';
import { JOB_NAMES } from '../jobs.js';
import { SERVICES, type Mishap, type StepKind } from '../life.js';
import { failOver, remember } from '../redis-memory.js';
import { command, pick, STALLS, standing, type Command } from './command.js';

type Steps = fc.Arbitrary<number>;

/** Around what the code waits for: holds, leases, reminders, the providers' windows. */
const WAITS = [10, 1_000, 5_000, 11_000, 31_000, 61_000, 5 * 60_000, 17 * 60_000];

/** Loops are never far from their next round: those that have not stopped all begin one when time has passed. */
export const waiting = (steps: Steps): fc.Arbitrary<Command> =>
  fc
    .record({ ms: fc.constantFrom(...WAITS), loops: fc.constantFrom('stand', 'go on', 'go on'), steps })
    .map(({ ms, loops, steps: taken }) =>
      command(`${ms} ms pass, loops ${loops}`, taken, async (_model, world) => {
        await world.wait(ms);
        if (loops === 'go on') JOB_NAMES.forEach((job) => world.begin(job));
      }),
    );

export const working = (steps: Steps): fc.Arbitrary<Command> =>
  fc
    .record({ job: fc.constantFrom(...JOB_NAMES), stall: STALLS, steps })
    .map(({ job, stall, steps: taken }) =>
      command(job + standing(stall), taken, (_model, world) => world.begin(job, stall)),
    );

export const delivering = (steps: Steps): fc.Arbitrary<Command> =>
  fc
    .record({ index: fc.nat(5), how: fc.constantFrom('once', 'again', 'together', 'all'), steps })
    .map(({ index, how, steps: taken }) =>
      command(`message ${index} is delivered ${how}`, taken, async (_model, { broker }) => {
        await broker.collect();
        const { length } = broker.waiting;
        if (length === 0) return;
        if (how === 'together') return broker.deliverTogether(index % length);
        if (how !== 'all') return broker.deliver(index % length, how === 'again');
        for (let left = length; left > 0; left -= 1) broker.deliver(index % left);
      }),
    );

export const rebuilding = (products: number, steps: Steps): fc.Arbitrary<Command> =>
  fc.record({ product: fc.nat(products - 1), stall: STALLS, steps }).map(({ product, stall, steps: taken }) =>
    command(
      `product ${product} is rebuilt${standing(stall)}`,
      taken,
      (_model, { history, platform, productIds }) => {
        history
          .start('order', 'rebuild', () => platform.rebuilds.rebuildAnew(pick(productIds, product)), stall)
          .catch(() => undefined);
      },
    ),
  );

export const forgetting: fc.Arbitrary<Command> = fc
  .constantFrom('remember', 'forget', 'forget', 'forget all')
  .map((what) =>
    command(`Redis: ${what}`, 0, async (_model, world) => {
      const { stores, productIds } = world;
      if (what === 'remember') world.remembered = await remember(stores, productIds);
      else await failOver(stores, productIds, what === 'forget' ? world.remembered : new Map());
    }),
  );

export const crashing: fc.Arbitrary<Command> = fc
  .constantFrom(...SERVICES)
  .map((service) => command(`${service} crashes`, 0, (_model, world) => world.crash(service)));

const KINDS: readonly StepKind[] = ['statement', 'transaction', 'script', 'ask', 'provider'];
const MISHAPS: readonly Mishap[] = ['lost', 'unheard', 'twice', 'later'];

export const goingWrong: fc.Arbitrary<Command> = fc
  .record({
    service: fc.constantFrom(...SERVICES),
    kind: fc.constantFrom(...KINDS),
    mishap: fc.constantFrom(...MISHAPS),
  })
  .map(({ service, kind, mishap }) =>
    command(`the next ${kind} of ${service} is ${mishap}`, 0, (_model, { history }) =>
      history.arm(service, kind, mishap),
    ),
  );
