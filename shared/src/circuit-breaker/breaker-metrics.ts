import type { Metrics } from '../telemetry/index.js';

export type BreakerState = 'closed' | 'open' | 'half-open';
export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const satisfies BreakerState[];

/** How a call ended: `failed` whether slow or not, `slow` only if answered, `ignored` by its judge, `refused` unasked. */
export const CALL_OUTCOMES = ['ok', 'failed', 'slow', 'ignored', 'refused'] as const;
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** Registers what operators see of all breakers of a process: once for each process. */
export function breakerMetrics(metrics: Metrics) {
  return {
    state: metrics.gauge(
      'circuit_breaker_state',
      '1 for the state that a circuit breaker is in, 0 for the others.',
      ['name', 'state'],
    ),
    transitions: metrics.counter('circuit_breaker_transitions_total', 'Changes of state.', ['name', 'to']),
    calls: metrics.counter('circuit_breaker_calls_total', 'Calls, by how they ended.', ['name', 'outcome']),
  };
}

export type BreakerMetrics = ReturnType<typeof breakerMetrics>;
