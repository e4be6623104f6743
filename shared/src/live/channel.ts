import { Redis } from 'ioredis';
import type { Log } from '../telemetry/index.js';

export interface ChannelOptions {
  redisUrl: string;
  channel: string;
  log: Log;
  onMessage: (payload: string) => void;
  /** Each time that the subscription stands, the first time as well: before it, messages were missed. */
  onSubscribed: () => void;
}

const PING_EVERY_MS = 1_000;
const SILENT_FOR_MS = 2_500;

/**
 * Listens to one channel of Redis Pub/Sub, on a connection of its own, and subscribes anew after every reconnect.
 * A subscriber only ever waits, so it would never learn that its network has gone: it pings, and a connection
 * that stays silent is taken for dead.
 */
export function openChannel(options: ChannelOptions): { close(): void } {
  const { redisUrl, channel, log, onMessage, onSubscribed } = options;
  const redis = new Redis(redisUrl, {
    connectTimeout: 2_000,
    socketTimeout: SILENT_FOR_MS,
    maxRetriesPerRequest: null,
    // Neither subscriptions nor pings of a lost connection are of use on the next one.
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
  });
  let away = false;
  let closed = false;

  async function subscribe(): Promise<void> {
    try {
      await redis.subscribe(channel);
    } catch (error) {
      if (closed) return;
      log.warn({ err: error, channel }, 'a channel could not be subscribed to');
      redis.disconnect(true);
      return;
    }
    if (away) log.info({ channel }, 'changes are heard again');
    away = false;
    onSubscribed();
  }

  async function ping(): Promise<void> {
    if (redis.status !== 'ready') return;
    try {
      await redis.ping();
    } catch (error) {
      // What it says of the connection is seen by the connection's own events.
      log.debug({ err: error }, 'a ping of Redis was not answered');
    }
  }

  redis.on('error', (error: Error) => {
    if (!away) log.warn({ err: error, channel }, 'changes are not heard: Redis is away');
    away = true;
  });
  redis.on('message', (_, payload: string) => onMessage(payload));
  redis.on('ready', () => void subscribe());
  const pinging = setInterval(() => void ping(), PING_EVERY_MS).unref();

  return {
    close: () => {
      closed = true;
      clearInterval(pinging);
      redis.disconnect();
    },
  };
}
