import { openReplicas, type Replicas } from '@stampede/shared/spread';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { Env } from '../env.js';

/** The services of the house: those that the environment gives addresses, which are known to have a `/readyz`. */
export interface House {
  /** Undefined for a service of somebody else's. */
  replicas(name: string): Replicas | undefined;
  /** What keeps these services from being asked, one short reason each; an answer from memory. */
  reasons(names: readonly string[]): string[];
  close(): Promise<void>;
}

export function openHouse({ addresses }: Pick<Env, 'addresses'>, log: Log, metrics: Metrics): House {
  const services = new Map<string, Replicas>();
  for (const [service, urls] of Object.entries(addresses)) {
    if (urls) services.set(service, openReplicas({ service, urls, readiness: 'of each', log, metrics }));
  }

  /** One address that is ready is enough; the log and `upstream_addresses` tell of those that are not. */
  function reasonOf(name: string): string[] {
    const replicas = services.get(name);
    if (!replicas || replicas.isReady()) return [];
    const problems = replicas.problems();
    return [`${name}: ${problems.join('; ')}`];
  }

  return {
    replicas: (name) => services.get(name),
    reasons: (names) => names.flatMap(reasonOf),
    close: async () => {
      await Promise.all([...services.values()].map((replicas) => replicas.close()));
    },
  };
}
