import { Pool } from 'undici';
import { within } from '../background/index.js';
import { retryAfterMs, Unavailable } from '../errors/index.js';
import type { Metrics } from '../telemetry/index.js';
import { Call, type HttpAnswer, type Question } from './call.js';
import { leastLoaded, type Lane } from './lane.js';
import type { Replica } from './replica.js';
import type { Replicas } from './replicas.js';
import { spreadMetrics } from './spread-metrics.js';

/** Requests to one service over kept connections, each answered whole or failed within its deadline. */
export interface Exchange {
  /**
   * @param deadlineMs when that is sooner than the exchange's own.
   * @throws Unavailable when no whole answer came in time.
   */
  send(question: Question, deadlineMs?: number): Promise<HttpAnswer>;
  /** Waits a second for what is under way: whoever closes it has answered those who asked. */
  close(): Promise<void>;
}

export interface ExchangeOptions {
  replicas: Replicas;
  method?: 'GET' | 'POST';
  path: string;
  /** Milliseconds until a request is given up, waiting for its turn and a second address included. */
  deadlineMs: number;
  /** Requests that are on their way to one address at once, at most. */
  atATime?: number;
  metrics: Metrics;
}

/** More requests at a time do not make a process faster; what is over waits its turn here. */
const AT_A_TIME = 256;
/** Who comes when so many wait would not be served in time. */
const MOST_WAITING = 4_096;
/** A server of the house that is there takes a connection at once. */
const CONNECT_MS = 2_000;
const CLOSE_WITHIN_MS = 1_000;

export function openExchange(options: ExchangeOptions): Exchange {
  const { replicas, method = 'POST', path, deadlineMs, atATime = AT_A_TIME, metrics } = options;
  const { service: subgraph } = replicas;
  const { retries } = spreadMetrics(metrics);
  /** Of addresses that left; what is under way there ends by itself. */
  const retired = new Map<Pool, Promise<void>>();
  let closing = false;
  // Not undici's own queue: a request that was given up would stay in it, and be sent to a subgraph that comes back
  // when nobody waits for the answer any more. One for all addresses: whichever has a place takes who waited longest.
  const waiting = new Set<Call>();
  let lanes: Lane[] = [];

  function follow(): void {
    const all = replicas.all();
    for (const { replica, pool } of lanes) if (!all.includes(replica)) retire(pool);
    lanes = all.map((replica) => lanes.find((lane) => lane.replica === replica) ?? laneTo(replica));
    pass();
  }

  function laneTo(replica: Replica): Lane {
    const { origin, lookup } = replica;
    const pool = new Pool(origin, {
      connections: atATime,
      // The deadline bounds a request as a whole; undici's own per phase would only come on top.
      headersTimeout: 0,
      bodyTimeout: 0,
      allowH2: false,
      connect: { timeout: CONNECT_MS, ...(lookup && { lookup }) },
    });
    return { replica, pool, busy: 0 };
  }

  function retire(pool: Pool): void {
    const done = pool.close();
    retired.set(pool, done);
    void done.finally(() => retired.delete(pool));
  }

  function place(call: Call): void {
    const lane = leastLoaded(lanes, call.tried);
    if (!lane) call.fail();
    else if (lane.busy < atATime) call.begin(lane);
    else waiting.add(call);
  }

  /** Gives free places to who has waited longest. */
  function pass(): void {
    for (const call of waiting) {
      const lane = leastLoaded(lanes, call.tried);
      if (lane && lane.busy >= atATime) {
        // Whoever has tried none finds no place; of the others one may.
        if (!call.tried) return;
        continue;
      }
      waiting.delete(call);
      if (lane) call.begin(lane);
      else call.fail();
    }
  }

  const owner = {
    method,
    path,
    ended: () => {
      if (waiting.size > 0) pass();
    },
    again: (call: Call, reason: string) => {
      if (closing || !leastLoaded(lanes, call.tried)) return false;
      retries.inc({ subgraph, reason });
      place(call);
      return true;
    },
    gaveUp: (call: Call) => void waiting.delete(call),
  };

  replicas.onChange(follow);
  follow();
  return {
    send: async (question, ms = deadlineMs) => {
      if (waiting.size >= MOST_WAITING) throw tooManyWait(subgraph);
      try {
        return await new Promise<HttpAnswer>((resolve, reject) => {
          const call = new Call(owner, question, resolve, reject);
          call.within(Math.min(ms, deadlineMs));
          place(call);
        });
      } catch (error) {
        throw new Unavailable(subgraph, { cause: error });
      }
    },
    close: async () => {
      closing = true;
      for (const { pool } of lanes) retire(pool);
      const pools = [...retired.keys()];
      await within(CLOSE_WITHIN_MS, Promise.all(retired.values()), () =>
        Promise.all(pools.map((pool) => pool.destroy())),
      );
    },
  };
}

const tooManyWait = (subgraph: string) =>
  new Unavailable(`a turn at ${subgraph}`, { retryAfterMs: retryAfterMs() });
