import fc, { type AsyncCommand } from 'fast-check';
import type { Stall } from '../life.js';
import type { Model } from '../model.js';
import { verifyAlways } from '../verify.js';
import type { World } from '../world.js';

export type Command = AsyncCommand<Model, World, true>;

/** Begins something, and lets so many steps happen of whatever is under way; the rest goes on beside what comes next. */
export const command = (
  name: string,
  steps: number,
  run: (model: Model, world: World) => Promise<void> | void,
  check: (model: Readonly<Model>) => boolean = () => true,
): Command => ({
  check: (model) => Promise.resolve(check(model)),
  run: async (model, world) => {
    await run(model, world);
    await world.history.go(steps);
    await world.attend();
    await verifyAlways(world);
  },
  toString: () => (steps === Infinity ? name : `${name} and ${steps} steps`),
});

/** Most things go on without a break. */
export const STALLS: fc.Arbitrary<Stall | undefined> = fc.option(
  fc.record({ after: fc.nat(10), steps: fc.constantFrom(5, 20, 60) }),
  { freq: 1, nil: undefined },
);

/** Words for a report. */
export const standing = (stall: Stall | undefined): string =>
  stall ? `, and stands still for ${stall.steps} steps before step ${stall.after}` : '';

export const pick = <T>(items: readonly T[], index: number): T => items[index % items.length]!;
