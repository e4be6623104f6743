import { readFlow, type Met } from './phase.js';
import type { OverloadParts } from './parts.js';

/** What comes to a decision about a purchase. */
export const DECISIONS = ['Order', 'SoldOut'] as const;

/** The best that was found, and with how many buyers at a time. */
export interface FullLoad {
  atATime: number;
  met: Met;
  /** Orders that buyers were told of, at every step. */
  orders: string[];
}

const STEPS = [16, 32, 64, 128, 256];
const STEP_SECONDS = 4;
/** Of the best rate: more buyers than these only wait longer. */
const NEARLY = 0.95;

/** Buyers who press again as soon as they are answered, more and more of them: the fewest that reach nearly the best. */
export async function findFullLoad(
  { presses }: Pick<OverloadParts, 'presses'>,
  progress: (step: string, done: number, of: number) => void,
): Promise<FullLoad & { steps: Omit<FullLoad, 'orders'>[] }> {
  const steps: Omit<FullLoad, 'orders'>[] = [];
  const orders: string[] = [];
  for (const atATime of STEPS) {
    progress('looking for the best rate', steps.length, STEPS.length);
    const { checkouts } = await presses.run({ checkouts: { atATime } }, STEP_SECONDS);
    orders.push(...checkouts.orders);
    steps.push({ atATime, met: readFlow(checkouts, DECISIONS) });
  }
  const best = Math.max(...steps.map(({ met }) => met.served));
  const full = steps.find(({ met }) => met.served >= best * NEARLY)!;
  return { ...full, orders, steps };
}
