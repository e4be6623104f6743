import {
  breakerMetrics,
  openCircuitBreaker,
  type BreakerClock,
  type CircuitBreaker,
  type CircuitBreakerOptions,
  type Verdict,
} from '@stampede/shared/circuit-breaker';
import { isUnavailable } from '@stampede/shared/errors';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { Reply } from './http.js';

/** A bank may well take seconds; a provider whose calls mostly take longer than this is on its way down. */
const SLOW_CALL_MS = 5_000;

/** Percent. Not starting payments costs more than starting some that have to be settled later. */
const FAILURE_RATE = 60;

/** Opens the breakers of all providers of a process: once for each process. */
export function providerBreakers(log: Log, metrics: Metrics, clock?: BreakerClock) {
  const shared = { log, metrics: breakerMetrics(metrics), judge, ...(clock && { clock }) };
  /** @param timeoutMs by which the provider's client gives a call up. */
  return (name: string, timeoutMs: number): CircuitBreaker =>
    openCircuitBreaker({
      ...shared,
      name,
      settings: {
        failureRate: FAILURE_RATE,
        slowCallMs: Math.max(SLOW_CALL_MS, timeoutMs / 3),
        // A little later than the client itself, which knows better what went wrong.
        callDeadlineMs: timeoutMs + 1_000,
      },
    });
}

/**
 * Makes a call, and has it counted. A payment whose buyer has agreed is approved, looked up and given back whatever the
 * breaker thinks, and so tells it when the provider is back.
 *
 * @param heldOff what a call comes to that the breaker may refuse, unasked; without it none is refused.
 */
export async function counted<T>(
  breaker: CircuitBreaker | undefined,
  call: () => Promise<T>,
  heldOff?: () => T,
): Promise<T> {
  if (!breaker || (breaker.state === 'open' && !heldOff)) return call();
  let made: Promise<T> | undefined;
  try {
    return await breaker.run(() => (made = call()));
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    // It has stopped waiting: the answer counts all the same for whoever paid.
    if (made) return made;
    return heldOff ? heldOff() : call();
  }
}

/** Keys that are not taken, and quotas that are used up, fail every call alike, whoever's payment it is about. */
const REFUSED_ALL = [401, 429];

/** What an answer says is the buyer's affair: no number of refused cards may close the shop for others. */
const judge: CircuitBreakerOptions['judge'] = (outcome): Verdict => {
  if (outcome.status === 'rejected') return 'failed';
  const reply = outcome.value as Reply<unknown, unknown>;
  if (reply.kind === 'unanswered' && reply.hadLittleTime) return 'ignored';
  const failed =
    reply.kind === 'unanswered' || (reply.kind === 'error' && REFUSED_ALL.includes(reply.httpStatus));
  return failed ? 'failed' : 'answered';
};
