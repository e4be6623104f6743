import {
  becomesQuiet,
  findViolations,
  readLeftOver,
  type Finding,
  type InvariantParts,
  type LeftOver,
} from '@stampede/shared/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { isTrue, type Check, type Judged } from './check.js';

/** What the whole platform is looked at for, whatever was measured. */
export interface Settled {
  leftOver: LeftOver;
  invariants: Finding[];
}

/** A message that is published and not yet handled shows in no table: the claims get a moment to come true. */
const GRACE_MS = 5_000;

/**
 * Waits until nothing is under way, and reads the stores. What does not hold then is broken.
 * @param readOwn what the scenario itself looks at
 */
export async function settle<Own extends object>(
  parts: InvariantParts & { amqpUrl: string },
  readOwn: () => Promise<Own>,
  judge: (state: Own & Settled) => Check[],
): Promise<Own & Settled & Judged> {
  const problems = await waitForQuiet(parts);
  const deadline = Date.now() + GRACE_MS;
  for (;;) {
    const state = {
      ...(await readOwn()),
      leftOver: await readLeftOver(parts, parts.amqpUrl),
      invariants: await findViolations(parts),
    };
    const checks = judge(state);
    if (checks.every(isTrue) || Date.now() > deadline) return { ...state, checks, problems };
    await pause(100);
  }
}

async function waitForQuiet(parts: InvariantParts): Promise<string[]> {
  try {
    await becomesQuiet(parts);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
