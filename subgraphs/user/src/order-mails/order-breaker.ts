import {
  breakerMetrics,
  openCircuitBreaker,
  type BreakerClock,
  type BreakerSettings,
  type CircuitBreaker,
} from '@stampede/shared/circuit-breaker';
import { isUnavailable } from '@stampede/shared/errors';
import type { Log, Metrics } from '@stampede/shared/telemetry';

/** A mail waits for the answer in one of a few slots: five that wait in vain are enough to leave order alone. */
const SETTINGS: Partial<BreakerSettings> = {
  windowCalls: 10,
  minimumCalls: 5,
  failureRate: 50,
  slowCallMs: 2_000,
  openMs: 5_000,
  trialCalls: 1,
  // The client's own deadline is 3 s, and says who is away.
  callDeadlineMs: 4_000,
};

/**
 * Keeps mails about orders from waiting, one after the other, for an order service that hangs: three thousand of them
 * would hold all slots for half an hour, in which the sale opens that a reminder was to tell of. Held off, they are
 * tried again later, as any mail is. It has to be closed by its owner.
 */
export const openOrderBreaker = (log: Log, metrics: Metrics, clock?: BreakerClock): CircuitBreaker =>
  openCircuitBreaker({
    name: 'order-letters',
    settings: SETTINGS,
    metrics: breakerMetrics(metrics),
    log,
    // A question that order does not take shows that it works.
    judge: (outcome) =>
      outcome.status === 'rejected' && isUnavailable(outcome.reason) ? 'failed' : 'answered',
    ...(clock && { clock }),
  });
