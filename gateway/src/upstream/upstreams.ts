import type { Metrics } from '@stampede/shared/telemetry';
import type { Member } from '../composition/supergraph.js';
import type { Env } from '../env.js';
import { openSubgraphSource, type SubgraphSource } from './subgraph-source.js';

export interface Upstreams {
  source(name: string): SubgraphSource;
  close(): Promise<void>;
}

/** Opens a source for each member of the supergraph; where the environment has no address, the supergraph's own. */
export function openUpstreams(members: Member[], env: Env, metrics: Metrics): Upstreams {
  const duration = metrics.histogram('subgraph_seconds', 'Time a subgraph took to answer.', [
    'subgraph',
    'outcome',
  ]);
  const sources = new Map(
    members.map(({ name, url }) => {
      const baseUrl = env.addresses[name];
      const source = openSubgraphSource({
        name,
        url: baseUrl === undefined ? url : new URL('/graphql', baseUrl).href,
        identitySecret: env.IDENTITY_SECRET,
        deadlineMs: name === 'payment' ? env.PAYMENT_DEADLINE_MS : env.SUBGRAPH_DEADLINE_MS,
        duration,
      });
      return [name, source];
    }),
  );
  return {
    source: (name) => {
      const source = sources.get(name);
      if (!source) throw new Error(`the supergraph has no subgraph ${name}`);
      return source;
    },
    close: async () => {
      await Promise.all([...sources.values()].map((source) => source.close()));
    },
  };
}
