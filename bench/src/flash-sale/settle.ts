import { becomesQuiet, findViolations, readBooks, readLeftOver } from '@stampede/shared/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { isTrue, type Check, type Evidence } from './judge.js';
import type { FlashSaleParts } from './parts.js';

type State = Pick<Evidence, 'books' | 'leftOver' | 'invariants'>;

/** A message that is published and not yet handled shows in no table: the claims get a moment to come true. */
const GRACE_MS = 5_000;

/** Waits until nothing is under way, and reads the stores. What does not hold then is broken. */
export async function settle(
  parts: FlashSaleParts,
  productId: string,
  check: (state: State) => Check[],
): Promise<State & { checks: Check[]; problems: string[] }> {
  const problems = await waitForQuiet(parts);
  const deadline = Date.now() + GRACE_MS;
  for (;;) {
    const state = {
      books: await readBooks(parts, productId),
      leftOver: await readLeftOver(parts, parts.amqpUrl),
      invariants: await findViolations(parts),
    };
    const checks = check(state);
    if (checks.every(isTrue) || Date.now() > deadline) return { ...state, checks, problems };
    await pause(100);
  }
}

async function waitForQuiet(parts: FlashSaleParts): Promise<string[]> {
  try {
    await becomesQuiet(parts);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
