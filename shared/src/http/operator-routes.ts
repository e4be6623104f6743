import type { Metrics } from '../telemetry/index.js';
import type { Route } from './listen.js';
import { respond } from './respond.js';

/** What keeps a process from serving, one short reason each; empty when it serves. */
export type Readiness = () => Promise<string[]>;

/** `/healthz` (alive), `/readyz` (serving, or 503 and why not) and `/metrics` (Prometheus text). */
export function operatorRoutes(readiness: Readiness, metrics: Metrics): Record<string, Route> {
  return {
    '/healthz': (_, response) => respond(response, 200, { status: 'alive' }),
    '/readyz': async (_, response) => {
      const reasons = await readiness();
      respond(response, reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
    },
    '/metrics': async (_, response) => {
      const type = metrics.registry.contentType;
      respond(response, 200, await metrics.registry.metrics(), { 'content-type': type });
    },
  };
}
