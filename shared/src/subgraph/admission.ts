import { admissionMetrics, openAdmission, type Admission, type Kind } from '../admission/index.js';
import type { Identity } from '../identity/index.js';
import type { Metrics } from '../telemetry/index.js';

export type Asker = 'service' | 'person' | 'gateway';

const PATIENCE_MS = 3_000;

/**
 * Services go first: what they ask (whether an order may be decided about, what stock is left) is part of something that
 * was admitted before. What the gateway asks on its own account are reads, for many at once.
 */
const ASKERS: readonly Kind<Asker>[] = [
  { name: 'service', own: 64, common: true, patienceMs: PATIENCE_MS },
  { name: 'person', own: 64, common: true, patienceMs: PATIENCE_MS },
  { name: 'gateway', own: 16, common: true, patienceMs: PATIENCE_MS },
];

/** One gateway sends half as many at once: only several of them are kept waiting here, or refused. */
const PLACES = 512;
const WAITING = 2_000;
const TARGET_MS = 100;

/** Bounds what a subgraph has under way, however many gateways there are. Each of them has its own bounds besides. */
export const openSubgraphAdmission = (metrics: Metrics): Admission<Asker> =>
  openAdmission({
    kinds: ASKERS,
    places: PLACES,
    waiting: WAITING,
    targetMs: TARGET_MS,
    metrics: admissionMetrics(
      metrics,
      ASKERS.map(({ name }) => name),
      PLACES,
    ),
  });

export function priorityOf(identity: Identity): Asker {
  if (identity.kind !== 'service') return 'person';
  return identity.service === 'gateway' ? 'gateway' : 'service';
}
