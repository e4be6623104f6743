import { percentilesOf, type Percentiles } from '../measure/percentiles.js';
import type { Flow } from '../overload/presses/flow.js';
import { REFUSED } from '../overload/presses/told.js';

/** What an answer that decides about a purchase is. */
export const DECISIONS = ['Order', 'SoldOut', 'LimitExceeded'];

/** What those met who pressed after the loss. Times are milliseconds. */
export interface Aftermath {
  pressedBefore: number;
  pressedAfter: number;
  /** From the loss to the first answer that decided about a press after it; null when there was none. */
  firstDecisionMs: number | null;
  /** The same, of a unit that was sold. */
  firstOrderMs: number | null;
  /** From the loss to the last refusal; 0 when nobody was refused. */
  lastRefusalMs: number;
  /** From each press after the loss to the decision. */
  decisions: Percentiles | null;
  /** By what they were; how many of each. */
  outcomes: Record<string, number>;
}

/** @param lostAt by the system's monotonic clock */
export function readAftermath({ beganAt, at, took, told, outcomes }: Flow, lostAt: number): Aftermath {
  const counts: Record<string, number> = {};
  const decided: number[] = [];
  let [pressedAfter, firstDecisionMs, firstOrderMs, lastRefusalMs] = [0, Infinity, Infinity, 0];
  at.forEach((dueMs, row) => {
    const pressedMs = beganAt + dueMs - lostAt;
    if (pressedMs < 0) return;
    const outcome = outcomes[told[row]!]!;
    const answeredMs = pressedMs + took[row]!;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    pressedAfter += 1;
    if (outcome === REFUSED) lastRefusalMs = Math.max(lastRefusalMs, answeredMs);
    if (!DECISIONS.includes(outcome)) return;
    decided.push(took[row]!);
    firstDecisionMs = Math.min(firstDecisionMs, answeredMs);
    if (outcome === 'Order') firstOrderMs = Math.min(firstOrderMs, answeredMs);
  });
  const known = (ms: number) => (ms === Infinity ? null : ms);
  return {
    pressedBefore: at.length - pressedAfter,
    pressedAfter,
    firstDecisionMs: known(firstDecisionMs),
    firstOrderMs: known(firstOrderMs),
    lastRefusalMs,
    decisions: percentilesOf(decided),
    outcomes: counts,
  };
}
