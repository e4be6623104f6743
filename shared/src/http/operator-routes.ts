import { askOncePer, within } from '../background/index.js';
import type { Metrics } from '../telemetry/index.js';
import type { Route } from './listen.js';
import { respond } from './respond.js';

/** What keeps a process from serving, one short reason each; empty when it serves. */
export type Readiness = () => Promise<string[]>;

/** However many scrape, the servers behind are asked once in so long. */
const READINESS_KEPT_MS = 1_000;
/** A scrape that waited longer for a server that hangs would be none. */
const READINESS_WITHIN_MS = 1_000;

/** `/healthz` (alive), `/readyz` (serving, or 503 and why not) and `/metrics` (Prometheus text). */
export function operatorRoutes(readiness: Readiness, metrics: Metrics) {
  const ready = metrics.gauge('ready', 'Whether the process would serve now: 1 or 0, as /readyz says.');
  const look = askOncePer(READINESS_KEPT_MS, () => isReady(readiness), { failuresToo: true });
  let scraping: Promise<string> | undefined;

  async function scrape(): Promise<string> {
    ready.set(Number(await within(READINESS_WITHIN_MS, look('ready'), () => false)));
    return metrics.registry.metrics();
  }

  return {
    '/healthz': (_, response) => respond(response, 200, { status: 'alive' }),
    '/readyz': async (_, response) => {
      const reasons = await readiness();
      respond(response, reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons });
    },
    '/metrics': async (_, response) => {
      // Those who come while a text is written are given the same one.
      scraping ??= scrape().finally(() => {
        scraping = undefined;
      });
      respond(response, 200, await scraping, { 'content-type': metrics.registry.contentType });
    },
  } satisfies Record<string, Route>;
}

/** Whatever keeps it from knowing: metrics are wanted most when things are broken. `/readyz` says what it is. */
async function isReady(readiness: Readiness): Promise<boolean> {
  try {
    return (await readiness()).length === 0;
  } catch {
    return false;
  }
}
