import type { Redis } from 'ioredis';
import { Unavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';

/**
 * Which Redis answers on a connection. Every process of Redis has a run id of its own: after a restart or a
 * failover it is another one, and what stands there may lack the last second of what was written before.
 */
export interface RedisServer {
  /** Undefined while the connection is down, and until the server behind a new one has told. */
  readonly runId: string | undefined;
  /**
   * The run id, as soon as it is known. @throws Unavailable when it has not been for 2 s: those who come while Redis
   * is away, or silent, wait for it no longer than the first of them.
   */
  known(): Promise<string>;
  /**
   * Calls `listener` whenever the connection comes back to another server, or to one that was a replica in between.
   * @returns what ends it
   */
  onChange(listener: (change: ServerChange) => void): () => void;
}

/**
 * `was-replica`: a server that answered here before, whose data were another's meanwhile, though they may not look
 * like it.
 */
export type ServerChange = 'other-server' | 'was-replica';

const KNOWN_WITHIN_MS = 2_000;
const ASK_AGAIN_MS = 500;

const servers = new WeakMap<Redis, RedisServer>();

/** The server behind a connection of ours. */
export function serverOf(redis: Redis): RedisServer {
  const server = servers.get(redis);
  if (!server) throw new Error('this connection was not opened by openRedis');
  return server;
}

/**
 * Asks the server behind every connection who it is, from the moment that the connection is ready; leaves those that
 * are no master.
 *
 * @returns `lostMaster`, to be told when a command found out that the server is none any more.
 */
export function watchServer(redis: Redis, log: Log): { lostMaster: () => void } {
  let runId: string | undefined;
  /** Until when somebody waits for the server behind a connection. */
  let knownUntil = performance.now() + KNOWN_WITHIN_MS;
  let isSilent = false;
  /** Where the connection before this one led to, and where any of them did. */
  let before: string | undefined;
  const seen = new Set<string>();
  let wasReplica = false;
  let timer: NodeJS.Timeout | undefined;
  const waiting = new Set<(runId: string) => void>();
  const listeners = new Set<(change: ServerChange) => void>();

  async function ask(): Promise<void> {
    const { stream } = redis;
    let info: string;
    try {
      info = await redis.info();
    } catch (error) {
      // A lost connection is told by its successor; a server that is only slow is asked again.
      if (stream !== redis.stream || redis.status !== 'ready') return;
      log.warn({ err: error }, 'Redis does not say who it is');
      timer = setTimeout(() => void ask(), ASK_AGAIN_MS).unref();
      return;
    }
    if (stream !== redis.stream || redis.status !== 'ready') return;
    if (fieldOf(info, 'role') === 'master') return learn(fieldOf(info, 'run_id'));
    lostMaster();
    redis.disconnect(true);
  }

  function lostMaster(): void {
    if (!wasReplica) log.warn('Redis is no master: waiting for one');
    wasReplica = true;
    forget();
  }

  function forget(): void {
    // A connection that ended for its silence has been waited for already.
    if (runId !== undefined) knownUntil = performance.now() + (isSilent ? 0 : KNOWN_WITHIN_MS);
    runId = undefined;
  }

  function learn(told: string): void {
    const isOther = before !== undefined && before !== told;
    // A master that stepped down and is back has been another's replica, whether or not it was met as one.
    const isBack = seen.has(told) && (isOther || wasReplica);
    const change: ServerChange | undefined = isBack ? 'was-replica' : isOther ? 'other-server' : undefined;
    seen.add(told);
    runId = before = told;
    wasReplica = false;
    for (const resolve of waiting) resolve(told);
    waiting.clear();
    if (!change) return;
    log.warn({ runId, change }, 'Redis may have forgotten something');
    for (const listener of listeners) listener(change);
  }

  redis.on('error', (error: Error) => {
    isSilent = error.message.startsWith('Socket timeout');
  });
  redis.on('ready', () => {
    isSilent = false;
    void ask();
  });
  redis.on('close', () => {
    forget();
    clearTimeout(timer);
  });

  servers.set(redis, {
    get runId() {
      return runId;
    },
    known: () =>
      new Promise((resolve, reject) => {
        if (runId !== undefined) return resolve(runId);
        const left = knownUntil - performance.now();
        if (left <= 0) return reject(new Unavailable('Redis'));
        const deadline = setTimeout(() => {
          waiting.delete(answer);
          reject(new Unavailable('Redis'));
        }, left);
        const answer = (told: string) => {
          clearTimeout(deadline);
          resolve(told);
        };
        return waiting.add(answer);
      }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  });
  return { lostMaster };
}

/** @param info as INFO gives it: `name:value` on lines of their own. */
const fieldOf = (info: string, name: string): string =>
  new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
