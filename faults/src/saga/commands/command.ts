import type { AsyncCommand } from 'fast-check';
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

export const pick = <T>(items: readonly T[], index: number): T => items[index % items.length]!;
