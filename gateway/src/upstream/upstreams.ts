import { MOST_READS_TOGETHER } from '@stampede/shared/subgraph';
import type { Metrics } from '@stampede/shared/telemetry';
import type { Member } from '../composition/supergraph.js';
import type { Env } from '../env.js';
import { openSubgraphSource, type SubgraphSource } from './subgraph-source.js';

export interface Upstreams {
  /** @param url as the supergraph has it now: another one, or that of a newcomer, opens another source. */
  source(name: string, url?: string): SubgraphSource;
  /** Where its GraphQL is. */
  address(name: string): string;
  close(): Promise<void>;
}

/** Opens a source for each member of the supergraph; where the environment has no address, the supergraph's own. */
export function openUpstreams(members: Member[], env: Env, metrics: Metrics): Upstreams {
  const duration = metrics.histogram(
    'subgraph_seconds',
    `Time a subgraph took to answer a question, which may be one for up to ${MOST_READS_TOGETHER} requests.`,
    ['subgraph', 'outcome'],
  );
  const gathered = metrics.counter(
    'gathered_reads_total',
    'Requests that were asked for together with others, or as one with their equals.',
    ['subgraph'],
  );
  const gatheringRefused = metrics.counter(
    'gathering_refused_total',
    'Questions for many that a subgraph refused, as one of another release does; each was then asked for by itself.',
    ['subgraph'],
  );
  const sources = new Map<string, { source: SubgraphSource; address: string }>();
  /** Requests may be on their way by them. */
  const replaced: SubgraphSource[] = [];

  const addressOf = (name: string, url: string) => {
    const [baseUrl] = env.addresses[name] ?? [];
    return baseUrl === undefined ? url : new URL('/graphql', baseUrl).href;
  };

  function open(name: string, url: string): SubgraphSource {
    const address = addressOf(name, url);
    const before = sources.get(name);
    if (before?.address === address) return before.source;
    if (before) replaced.push(before.source);
    const source = openSubgraphSource({
      name,
      url: address,
      identitySecret: env.IDENTITY_SECRET,
      // A stranger's subgraph may be called so, too: ours has its address from the environment.
      knowsClients: name === 'user' && env.addresses.user !== undefined,
      takesMany: env.addresses[name] !== undefined,
      deadlineMs: name === 'payment' ? env.PAYMENT_DEADLINE_MS : env.SUBGRAPH_DEADLINE_MS,
      duration,
      gathered,
      gatheringRefused,
    });
    sources.set(name, { source, address });
    return source;
  }

  function known(name: string) {
    const entry = sources.get(name);
    if (!entry) throw new Error(`the supergraph has no subgraph ${name}`);
    return entry;
  }

  for (const { name, url } of members) open(name, url);
  return {
    source: (name, url) => (url === undefined ? known(name).source : open(name, url)),
    address: (name) => known(name).address,
    close: async () => {
      const current = [...sources.values()].map(({ source }) => source);
      await Promise.all([...current, ...replaced].map((source) => source.close()));
    },
  };
}
