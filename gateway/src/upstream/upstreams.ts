import { MOST_READS_TOGETHER } from '@stampede/shared/subgraph';
import { openExchange, openReplicas, type Replicas } from '@stampede/shared/spread';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { Member } from '../composition/supergraph.js';
import type { Env } from '../env.js';
import type { House } from './house.js';
import { openSubgraphSource, type SubgraphSource } from './subgraph-source.js';

export interface Upstreams {
  /** @param url as the supergraph has it now: another one, or that of a newcomer, opens another source. */
  source(name: string, url?: string): SubgraphSource;
  /** Where its GraphQL is, over WebSocket, too. */
  place(name: string): Place;
  close(): Promise<void>;
}

export interface Place {
  replicas: Replicas;
  path: string;
}

export interface UpstreamsOptions {
  env: Env;
  house: House;
  log: Log;
  metrics: Metrics;
}

/** Opens a source for each member of the supergraph; where the environment has no address, at the supergraph's own. */
export function openUpstreams(members: Member[], { env, house, log, metrics }: UpstreamsOptions): Upstreams {
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
  const sources = new Map<string, Entry>();
  /** Requests may be on their way by them. */
  const replaced: Entry[] = [];

  /** A service of the house is where the environment says, whatever the supergraph has. */
  function placeOf(name: string, url: string): Place {
    const ours = house.replicas(name);
    if (ours) return { replicas: ours, path: '/graphql' };
    const { origin, pathname, search } = new URL(url);
    const own = { service: name, urls: [origin], readiness: 'unknown', log, metrics } as const;
    return { replicas: openReplicas(own), path: pathname + search };
  }

  function open(name: string, url: string): SubgraphSource {
    const isOurs = house.replicas(name) !== undefined;
    const before = sources.get(name);
    if (before && (isOurs || before.url === url)) return before.source;
    if (before) replaced.push(before);
    // What alerts and dashboards count is there with 0.
    duration.zero({ subgraph: name, outcome: 'failed' });
    const place = placeOf(name, url);
    const deadlineMs = name === 'payment' ? env.PAYMENT_DEADLINE_MS : env.SUBGRAPH_DEADLINE_MS;
    const source = openSubgraphSource({
      name,
      exchange: openExchange({ ...place, deadlineMs, metrics }),
      identitySecret: env.IDENTITY_SECRET,
      // A stranger's subgraph may be called so, too: ours has its address from the environment.
      knowsClients: name === 'user' && isOurs,
      takesMany: isOurs,
      duration,
      gathered,
      gatheringRefused,
    });
    sources.set(name, { source, place, url, isOurs });
    return source;
  }

  function known(name: string): Entry {
    const entry = sources.get(name);
    if (!entry) throw new Error(`the supergraph has no subgraph ${name}`);
    return entry;
  }

  async function close({ source, place, isOurs }: Entry): Promise<void> {
    await source.close();
    if (!isOurs) await place.replicas.close();
  }

  for (const { name, url } of members) open(name, url);
  return {
    source: (name, url) => (url === undefined ? known(name).source : open(name, url)),
    place: (name) => known(name).place,
    close: async () => {
      await Promise.all([...sources.values(), ...replaced].map(close));
    },
  };
}

interface Entry {
  source: SubgraphSource;
  place: Place;
  /** As the supergraph has it. */
  url: string;
  isOurs: boolean;
}
