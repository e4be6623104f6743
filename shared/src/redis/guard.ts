import type { Redis } from 'ioredis';
import Redlock, { ExecutionError, ResourceLockedError, type Lock } from 'redlock';
import { within } from '../background/index.js';
import { Unavailable } from '../errors/index.js';
import { inSpan, type Log } from '../telemetry/index.js';

/**
 * An advisory lock by Redlock: it keeps work in turns, and proves nothing (its time may run out while the work
 * goes on), so whatever it guards stays correct without it.
 */
export interface Guard {
  /**
   * Runs `work` under the lock of `name`. Waits `waitMs` for it at most, then runs without it: so too when
   * Redis is away.
   */
  inTurn<T>(name: string, times: Times, work: () => Promise<T>): Promise<T>;
  /**
   * Runs `work` unless somebody has begun it less than `everyMs` ago: one replica's turn, whichever comes first.
   * Work that failed counts for nothing: the next one may begin at once.
   * @returns whether it was ours.
   * @throws Error when Redis is away.
   */
  oncePer(name: string, everyMs: number, work: () => Promise<void>): Promise<boolean>;
  /**
   * Runs `work` if nobody else is at it, and keeps them from it until it has ended, however long that takes.
   * @param ttlMs how long a lock outlives a holder that died: the next one's turn comes then.
   * @returns what `work` gave; undefined when somebody else is at it.
   * @throws Error when Redis is away: no work is done then. One that goes away later stops nothing.
   */
  alone<T>(name: string, ttlMs: number, work: () => Promise<T>): Promise<T | undefined>;
}

export interface Times {
  waitMs: number;
  /** How long a lock outlives a holder that died. */
  ttlMs: number;
  /** Whether a holder that lives keeps the lock for as long as its work takes, and not for `ttlMs` only. */
  kept?: boolean;
}

const RETRY_MS = 25;
/** As long as one command may take: Redlock asks a second one, to undo the first, before it says that Redis is silent. */
const ANSWERED_WITHIN_MS = 2_000;

/** Never the lock's name: a person's may be in it. */
const REDLOCK = { 'db.system.name': 'redis' };

/** @param prefix keeps the locks of installations that share a Redis apart. */
export function openGuard(redis: Redis, prefix: string, log: Log): Guard {
  const redlock = new Redlock([redis], { retryCount: 0, driftFactor: 0.01, automaticExtensionThreshold: 0 });
  redlock.on('error', (error: Error) => {
    if (!(error instanceof ResourceLockedError)) log.debug({ err: error }, 'a lock could not be decided');
  });

  async function acquire(name: string, waitMs: number, ttlMs: number): Promise<Lock | undefined> {
    try {
      // Redlock counts a lock's life from before the waiting, so it is asked again rather than left to wait.
      const deadline = Date.now() + waitMs;
      for (;;) {
        const lock = await tryOnce(name, ttlMs);
        if (lock || Date.now() >= deadline) return lock;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS * (0.5 + Math.random())));
      }
    } catch (error) {
      log.warn({ err: error, name }, 'going on without a lock');
      return undefined;
    }
  }

  async function tryOnce(name: string, ttlMs: number): Promise<Lock | undefined> {
    try {
      const asked = redlock.acquire([`${prefix}:lock:${name}`], ttlMs);
      return await within(ANSWERED_WITHIN_MS, asked, () => {
        throw new Unavailable('Redis');
      });
    } catch (error) {
      const failure = await failureOf(error);
      if (failure === undefined) return undefined;
      throw failure;
    }
  }

  /** @param keptMs extends it meanwhile, again and again by so much. */
  async function under<T>(acquired: Lock, keptMs: number | undefined, work: () => Promise<T>): Promise<T> {
    const holding = hold(acquired, keptMs, log);
    try {
      return await work();
    } finally {
      const lock = await holding.end();
      // An expired lock has nothing to give back, and Redlock would spend two seconds on trying.
      if (lock.expiration > Date.now()) await giveBack(lock, log);
    }
  }

  return {
    inTurn: async (name, { waitMs, ttlMs, kept = false }, work) => {
      const lock = await inSpan('lock', 'client', REDLOCK, () => acquire(name, waitMs, ttlMs));
      return lock ? under(lock, kept ? ttlMs : undefined, work) : work();
    },
    oncePer: async (name, everyMs, work) => {
      // Kept until its time is over, so that the others leave it alone that long.
      const lock = await tryOnce(name, everyMs);
      if (!lock) return false;
      try {
        await work();
      } catch (error) {
        if (lock.expiration > Date.now()) await giveBack(lock, log);
        throw error;
      }
      return true;
    },
    alone: async (name, ttlMs, work) => {
      const lock = await tryOnce(name, ttlMs);
      return lock && under(lock, ttlMs, work);
    },
  };
}

/** Three chances to extend a lock before its time is over. */
const EXTENSIONS = 3;

/** @param keptMs extends it again and again by so much; a lock that was lost stays lost. */
function hold(acquired: Lock, keptMs: number | undefined, log: Log): { end(): Promise<Lock> } {
  let lock = acquired;
  let extending = Promise.resolve();
  async function extend(ms: number): Promise<void> {
    try {
      lock = await lock.extend(ms);
    } catch (error) {
      log.debug({ err: error }, 'a lock could not be extended');
    }
  }
  const timer =
    keptMs === undefined
      ? undefined
      : setInterval(() => {
          extending = extending.then(() => extend(keptMs));
        }, keptMs / EXTENSIONS).unref();
  return {
    end: async () => {
      clearInterval(timer);
      await extending;
      return lock;
    },
  };
}

async function giveBack(lock: Lock, log: Log): Promise<void> {
  try {
    await lock.release();
  } catch (error) {
    log.debug({ err: error }, 'a lock ended by its time');
  }
}

/**
 * Redlock answers “somebody else has it” and “Redis is away” alike; its votes tell them apart.
 * @returns what kept Redis from deciding; undefined when somebody else has the lock.
 */
async function failureOf(error: unknown): Promise<unknown> {
  if (!(error instanceof ExecutionError)) return error;
  const votes = await Promise.all(error.attempts);
  const reasons = votes.flatMap(({ votesAgainst }) => [...votesAgainst.values()]);
  return reasons.find((reason) => !(reason instanceof ResourceLockedError));
}
