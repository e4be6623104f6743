import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { openRedis } from '../redis/index.js';
import type { Log } from '../telemetry/index.js';

/** Instead of an id: whoever watches anything looks again. */
export const EVERYTHING = '*';

const MOST_WAITING = 10_000;
const RETRY_MS = 200;

export interface AnnouncementsOptions {
  redisUrl: string;
  channel: string;
  log: Log;
}

/**
 * Publishes ids on a channel. What is announced while a trip is under way goes with the next one, each id once;
 * what could not be sent is kept, and with too much of it everything counts as changed.
 */
export function openAnnouncements({ redisUrl, channel, log }: AnnouncementsOptions) {
  const closing = new AbortController();
  let redis: Redis | undefined;
  let waiting = new Set<string>();
  let sending: Promise<void> | undefined;
  let failing = false;

  function keep(id: string): void {
    if (waiting.has(EVERYTHING)) return;
    if (waiting.size >= MOST_WAITING) waiting = new Set([EVERYTHING]);
    else waiting.add(id);
  }

  async function publish(ids: Set<string>): Promise<void> {
    const connection = (redis ??= openRedis(redisUrl, log));
    await Promise.all(Array.from(ids, (id) => connection.publish(channel, id)));
  }

  /** @returns whether they are out. */
  async function trySending(): Promise<boolean> {
    const batch = waiting;
    waiting = new Set();
    try {
      await publish(batch);
      failing = false;
      return true;
    } catch (error) {
      for (const id of batch) keep(id);
      if (!failing) log.warn({ err: error, channel }, 'announcements of changes wait for Redis');
      failing = true;
      return false;
    }
  }

  async function send(): Promise<void> {
    await turn();
    while (waiting.size > 0 && !closing.signal.aborted) {
      if (!(await trySending())) await pause();
    }
    sending = undefined;
  }

  async function pause(): Promise<void> {
    try {
      await sleep(RETRY_MS, undefined, { signal: closing.signal });
    } catch (error) {
      if (!closing.signal.aborted) throw error;
    }
  }

  return {
    announce: (id: string): void => {
      keep(id);
      sending ??= send();
    },
    close: async (): Promise<void> => {
      closing.abort();
      await sending;
      if (waiting.size > 0 && redis?.status === 'ready') await trySending();
      redis?.disconnect();
    },
  };
}
