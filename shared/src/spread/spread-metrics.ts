import type { Metrics } from '../telemetry/index.js';

/** `open`: it is ready and its breaker is open. */
export const STATES = ['ready', 'not_ready', 'open'] as const;

const registered = new WeakMap<Metrics, ReturnType<typeof register>>();

const register = (metrics: Metrics) => ({
  addresses: metrics.gauge('upstream_addresses', 'Addresses of a service that is asked, by their state.', [
    'subgraph',
    'state',
  ]),
  retries: metrics.counter(
    'upstream_retries_total',
    'Requests sent once more, to another address: not sent at first, sent and lost, or answered 502 or 503.',
    ['subgraph', 'reason'],
  ),
});

/** What operators see of the services that a process asks: once for each process, however many it asks. */
export function spreadMetrics(metrics: Metrics) {
  let mine = registered.get(metrics);
  if (!mine) registered.set(metrics, (mine = register(metrics)));
  return mine;
}
