import type { Log } from '../telemetry/index.js';
import { EVERYTHING, openAnnouncements } from './announcements.js';
import { openChannel } from './channel.js';
import { openWatched, type Listener, type Whoever } from './watched.js';

export interface Watch {
  close(): void;
}

/**
 * Who changes something says so, and who watches it looks again. An announcement is a hint and no more: it names
 * what to read anew, and may be early, late, repeated or, when its process dies between commit and announcement,
 * missing. So a watcher reads the truth itself, and now and then unasked.
 */
export interface ChangeFeed {
  /** Says that this has changed, soon; never throws, and keeps what Redis cannot take now. */
  announce(id: string): void;
  /**
   * Calls `listener` with each of these ids that is announced by any process; and with every one of them whenever
   * the connection has been made anew, since announcements may have been missed. `listener` must not throw.
   */
  watch(ids: Iterable<string>, listener: Listener): Watch;
  /** As `watch`, of every id of the topic. Neither function may throw. */
  watchAll(whoever: Whoever): Watch;
  close(): Promise<void>;
}

export interface ChangeFeedOptions {
  redisUrl: string;
  /** Keeps installations that share a Redis apart. */
  namespace: string;
  /** What the ids name: `stock` (products, announced by the stock scripts) or `orders`. */
  topic: 'stock' | 'orders';
  log: Log;
}

/** Opens the feed of one topic; each of its two connections is made when it is first needed. */
export function openChangeFeed({ redisUrl, namespace, topic, log }: ChangeFeedOptions): ChangeFeed {
  const channel = `${namespace}:changed:${topic}`;
  const watched = openWatched(log);
  const announcements = openAnnouncements({ redisUrl, channel, log });
  let listening: { close(): void } | undefined;
  let closed = false;

  const listen = () =>
    openChannel({
      redisUrl,
      channel,
      log,
      onMessage: (id) => (id === EVERYTHING ? watched.tellAll() : watched.tell(id)),
      onSubscribed: watched.tellAll,
    });

  return {
    announce: (id) => {
      if (!closed) announcements.announce(id);
    },
    watch: (ids, listener) => {
      if (!closed) listening ??= listen();
      const wanted = new Set(ids);
      for (const id of wanted) watched.add(id, listener);
      return {
        close: () => {
          for (const id of wanted) watched.remove(id, listener);
        },
      };
    },
    watchAll: (whoever) => {
      if (!closed) listening ??= listen();
      watched.addWhoever(whoever);
      return { close: () => watched.removeWhoever(whoever) };
    },
    close: async () => {
      closed = true;
      listening?.close();
      await announcements.close();
    },
  };
}
