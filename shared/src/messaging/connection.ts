import { connect, type ChannelModel } from 'amqplib';
import type { Log } from '../telemetry/index.js';
import { openOutage } from '../background/index.js';

/** A connection to the broker that comes back by itself. */
export interface Connection {
  /** Why nothing can be sent now; undefined when it can. */
  problem: () => string | undefined;
  /** Gives up the present connection, of which nothing good is expected any more; another one follows. */
  drop: (reason: string) => void;
  close: () => Promise<void>;
}

export interface ConnectionOptions {
  url: string;
  /** Shown by the broker's own tools. */
  name: string;
  log: Log;
  /** Makes channels, queues and consumers; runs for every new connection before it counts as one. */
  setup: (model: ChannelModel, drop: Connection['drop']) => Promise<void>;
  /** Resolves without a broker, and connects when there is one. */
  later?: boolean;
}

const HEARTBEAT_SECONDS = 5;
const CLOSE_WITHIN_MS = 2_000;

/** About half a minute: a broker that restarts beside us is waited for, one that is not there fails the start. */
const STARTS_WITHIN_MS = 30_000;
const RECOVERY = { initialDelay: 100, maxDelay: 2_000, initialMaxRetries: 20, maxRetries: Infinity };

/** Connects and sets up. @throws when no broker answered within about 30 s, unless that may come later. */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { url, name, log, setup, later = false } = options;
  const outage = openOutage(log, `${name}: the connection to the broker`);
  let lost: string | undefined = 'not connected to the broker';
  let blocked: string | undefined;
  let current: ChannelModel | undefined;
  const openedAt = performance.now();
  let connected = false;

  /** Before the first connection there is nothing to lose: a broker may start beside us, and is waited for. */
  const isHeldUp = () => connected || performance.now() - openedAt > STARTS_WITHIN_MS;

  function drop(model: ChannelModel | undefined, reason: string): void {
    if (!model || model !== current) return;
    current = undefined;
    lost = reason;
    outage.began(new Error(reason));
    // It may be dead already; then its end is noticed by the heartbeat.
    model.close().catch((error: unknown) => log.debug({ err: error }, 'the connection had ended before'));
  }

  const connection = await connect(withHeartbeat(url), {
    noDelay: true,
    keepAlive: true,
    timeout: 5_000,
    clientProperties: { connection_name: name },
    recovery: {
      ...RECOVERY,
      ...(later && { initialMaxRetries: Infinity }),
      waitForConnect: false,
      setup: async (model: ChannelModel) => {
        // Without a listener Node would end the process; the end itself is told by 'close' and 'connect-failed'.
        model.on('error', (error) => log.debug({ err: error }, 'the connection to the broker failed'));
        current = model;
        // A channel that ends with its connection ends just before it: by the next turn there is nothing to drop.
        await setup(model, (reason) => setImmediate(() => drop(model, reason)));
      },
    },
  });
  connection.on('error', (error) => log.debug({ err: error }, 'the connection to the broker failed'));
  connection.on('connect', () => {
    connected = true;
    lost = undefined;
    blocked = undefined;
    outage.ended();
  });
  for (const event of ['disconnect', 'connect-failed']) {
    connection.on(event, (error: Error) => {
      current = undefined;
      lost = `not connected to the broker: ${error.message}`;
      if (isHeldUp()) outage.began(error);
      else log.debug({ err: error }, 'waiting for the broker');
    });
  }
  connection.on('blocked', (reason) => {
    blocked = `the broker takes no messages: ${reason}`;
    log.warn({ reason }, 'the broker takes no messages for now');
  });
  connection.on('unblocked', () => {
    blocked = undefined;
    log.info('the broker takes messages again');
  });
  if (!later) await connection.waitForConnect();

  return {
    problem: () => lost ?? blocked,
    drop: (reason) => drop(current, reason),
    close: async () => {
      current = undefined;
      lost = 'closed';
      // A broker that does not answer cannot hold up the end.
      const deadline = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
      await Promise.race([connection.close(), deadline]);
    },
  };
}

/** A peer that vanished without a word is noticed after two silent intervals. */
function withHeartbeat(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has('heartbeat')) parsed.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  return parsed.href;
}
