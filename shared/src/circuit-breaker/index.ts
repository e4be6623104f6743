export { breakerMetrics } from './breaker-metrics.js';
export type { BreakerMetrics, BreakerState } from './breaker-metrics.js';
export { openCircuitBreaker } from './circuit-breaker.js';
export type { CircuitBreaker, CircuitBreakerOptions, Verdict } from './circuit-breaker.js';
export { CircuitOpen } from './circuit-open.js';
export { machineClock } from './clock.js';
export type { BreakerClock } from './clock.js';
export { BREAKER_DEFAULTS } from './settings.js';
export type { BreakerSettings } from './settings.js';
