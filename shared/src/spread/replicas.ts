import type { Log, Metrics } from '../telemetry/index.js';
import { openAddressBook, type Resolve } from './address-book.js';
import { watchReadiness } from './readiness.js';
import { isGood, openReplica, type Replica } from './replica.js';
import { spreadMetrics, STATES } from './spread-metrics.js';

/** The addresses of one service, as they come and go, and what is known of each. */
export interface Replicas {
  /** How the service is called, in errors, logs and metrics. */
  readonly service: string;
  /** Those that there are now: never none. */
  all(): readonly Replica[];
  /** One for a connection that stays: a good one if there is one, and another than `not` if there is another. */
  pick(not?: Replica): Replica;
  /** Calls back when one has joined, left, or may be asked again. */
  onChange(listener: () => void): void;
  /** What is wrong, of each address that is not ready. */
  problems(): string[];
  /** Whether any of them is ready. */
  isReady(): boolean;
  close(): Promise<void>;
}

export interface ReplicasOptions {
  service: string;
  /** Its base URLs: origins. */
  urls: readonly string[];
  /**
   * Whose `/readyz` is asked: everybody's; that of several, since of one there is nothing to choose; or nobody's, where
   * a service has none.
   */
  readiness: 'of each' | 'of several' | 'unknown';
  log: Log;
  metrics: Metrics;
  resolve?: Resolve | undefined;
}

export function openReplicas(options: ReplicasOptions): Replicas {
  const { service, urls, readiness, log, resolve } = options;
  const { addresses: gauge } = spreadMetrics(options.metrics);
  const replicas = new Map<string, Replica>();
  const watches = new Map<Replica, { close(): Promise<void> }>();
  const closing = new Set<Promise<void>>();
  const listeners: (() => void)[] = [];
  let current: readonly Replica[] = [];

  const book = openAddressBook({
    urls,
    resolve,
    onChange: (addresses) => {
      const keys = new Set(addresses.map(({ origin, label }) => `${origin} ${label}`));
      for (const [key, replica] of replicas) if (!keys.has(key)) leave(key, replica);
      for (const address of addresses) {
        const key = `${address.origin} ${address.label}`;
        if (!replicas.has(key)) join(key, openReplica(address, onBreaker));
      }
      current = [...replicas.values()];
      if (readiness === 'of each' || (readiness === 'of several' && current.length > 1)) watchAll();
      changed();
    },
    onFailure: (hostname, error) =>
      log.warn({ subgraph: service, hostname, err: error }, 'the addresses of a service cannot be looked up'),
  });

  function join(key: string, replica: Replica): void {
    if (readiness === 'unknown') replica.ready = true;
    replicas.set(key, replica);
    log.info({ subgraph: service, address: replica.label }, 'an address of a service is there');
  }

  function leave(key: string, replica: Replica): void {
    replicas.delete(key);
    const watch = watches.get(replica);
    watches.delete(replica);
    if (watch) {
      const closed = watch.close().finally(() => closing.delete(closed));
      closing.add(closed);
    }
    log.info({ subgraph: service, address: replica.label }, 'an address of a service is gone');
  }

  function watchAll(): void {
    for (const replica of current) {
      if (watches.has(replica)) continue;
      watches.set(
        replica,
        watchReadiness(replica, (problem) => {
          if (replica.problem === problem) return;
          replica.problem = problem;
          replica.ready = problem === undefined;
          log.info(
            { subgraph: service, address: replica.label, problem: problem ?? null },
            'the readiness of a service changed',
          );
          changed();
        }),
      );
    }
  }

  function onBreaker({ label, breaker }: Replica): void {
    const isClosed = breaker.isClosed();
    log[isClosed ? 'info' : 'warn'](
      { subgraph: service, address: label },
      isClosed ? 'an address answers again' : 'an address does not answer, and is left out',
    );
    changed();
  }

  function changed(): void {
    for (const state of STATES) {
      gauge.set({ subgraph: service, state }, current.filter((one) => stateOf(one) === state).length);
    }
    for (const listener of listeners) listener();
  }

  return {
    service,
    all: () => current,
    pick: (not) => {
      const others = current.filter((one) => one !== not);
      const good = others.filter(isGood);
      const among = good.length > 0 ? good : others.length > 0 ? others : current;
      // Not in turn: every process would begin with the same one, and its connections stay.
      return among[Math.floor(Math.random() * among.length)] as Replica;
    },
    onChange: (listener) => void listeners.push(listener),
    problems: () =>
      current.flatMap(({ label, ready, problem }) =>
        ready ? [] : [`${label} ${problem ?? 'is not ready'}`],
      ),
    isReady: () => current.some(({ ready }) => ready === true),
    close: async () => {
      book.close();
      await Promise.all([...closing, ...[...watches.values()].map((watch) => watch.close())]);
    },
  };
}

function stateOf({ ready, breaker }: Replica): (typeof STATES)[number] {
  if (ready === false) return 'not_ready';
  return breaker.isClosed() ? 'ready' : 'open';
}
