import { inspect } from '@stampede/shared/testing';
import type { Tried } from '../tried.js';
import type { TroubledShop } from './troubled-shop.js';

/** Whatever was begun has come to its end by then. */
const HOLDS_WITHIN_MS = 60_000;

/** When nobody buys any more, everything that was begun ends, and every invariant holds. */
export async function tryInvariants({ shop }: Pick<TroubledShop, 'shop'>): Promise<Tried> {
  const begun = performance.now();
  const { sql, redis, namespace } = shop;
  const fault = 'every invariant, after all that one shop was tried with';
  const inspection = await inspect({ sql, redis, namespace }, HOLDS_WITHIN_MS);
  return inspection.holds
    ? { fault, heldAfterMs: performance.now() - begun }
    : { fault, heldAfterMs: undefined, problem: inspection.describe('broken') };
}
