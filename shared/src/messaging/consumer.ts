import type { Channel, ConsumeMessage } from 'amqplib';
import { acknowledge, giveBack, passAcknowledged } from './answer.js';
import type { Database } from '../database/index.js';
import type { Log } from '../telemetry/index.js';
import type { Attempts } from './attempts.js';
import { inOriginOf, inProcessSpan } from './message-spans.js';
import { Contradiction, type Handler } from './handler.js';
import { handleOnce } from './inbox.js';
import { openHandlingTogether } from './handle-together.js';
import { OUTCOMES, type ConsumerMetrics, type Outcome } from './metrics.js';
import { openOutage } from '../background/index.js';
import { isWatched } from '../crash-points/index.js';
import type { Slots } from './slots.js';
import { Abandoned, untilAvailable } from './until-available.js';
import { readIncoming, type Readable } from './wire.js';

export interface ConsumerOptions {
  queue: string;
  /** The queue without its namespace. */
  name: string;
  handler: Handler;
  attempts: Attempts;
  database: Database;
  /** Bounds how many handlers of the service run at once. */
  slot: Slots;
  metrics: ConsumerMetrics;
  log: Log;
}

/** Settles deliveries of one queue: each is handled once, sent to wait, dead-lettered, or left to the broker. */
export interface Consumer {
  queue: string;
  /**
   * Never rejects, unless a listener fails the crash point after the acknowledgement: then there is nobody to be told.
   *
   * @param abandon the channel or the process ends: what has not begun is left to be delivered again.
   */
  receive(channel: Channel, message: ConsumeMessage, abandon: AbortSignal): Promise<void>;
}

export function openConsumer(options: ConsumerOptions): Consumer {
  const { queue, name, handler, attempts, database, slot, metrics, log } = options;
  const handleTogether = openHandlingTogether(options, handle);
  const outage = openOutage(log, `the consumer of ${queue}`);
  for (const outcome of OUTCOMES) metrics.consumed.inc({ queue, outcome }, 0);
  metrics.deadLetters.inc({ queue }, 0);

  /** @throws Abandoned */
  async function settle(message: ConsumeMessage, abandon: AbortSignal): Promise<Outcome> {
    const incoming = readIncoming(handler.type, message);
    if (!incoming.ok) {
      log.error(
        { queue, messageId: messageIdOf(message), reason: incoming.reason },
        'a message cannot be read',
      );
      return untilAvailable(() => attempts.deadLetter(message, incoming.reason), abandon, outage);
    }
    try {
      return await inProcessSpan(queue, incoming, (traced) =>
        untilAvailable(
          () => handleTogether?.({ incoming: traced, abandon }) ?? slot(() => handle(traced), abandon),
          abandon,
          outage,
        ),
      );
    } catch (error) {
      if (error instanceof Abandoned) throw error;
      const { requestId, messageId, attempts: before } = incoming.meta;
      if (error instanceof Contradiction) {
        log.error(
          { queue, messageId, requestId, reason: error.message },
          'a message contradicts what is known',
        );
        const reason = `contradiction: ${error.message}`;
        return untilAvailable(() => attempts.deadLetter(message, reason, before + 1), abandon, outage);
      }
      log.warn(
        { err: error, queue, messageId, requestId, attempts: before + 1 },
        'handling a message failed',
      );
      return untilAvailable(() => attempts.failed(message, error), abandon, outage);
    }
  }

  function handle({ body, meta }: Readable) {
    const end = metrics.seconds.startTimer({ queue });
    return inOriginOf(meta, () =>
      handleOnce(database, { queue, name }, meta.messageId, (tx) => handler.handle(tx, body, meta)),
    ).finally(end);
  }

  return {
    queue,
    receive: async (channel, message, abandon) => {
      const delivery = { log, queue, name, channel, message };
      try {
        const outcome = await settle(message, abandon);
        metrics.consumed.inc({ queue, outcome });
        if (outcome === 'dead-lettered') {
          metrics.deadLetters.inc({ queue });
          log.error({ queue, messageId: messageIdOf(message) }, 'a message has become a dead letter');
        }
        await acknowledge(delivery);
      } catch (error) {
        if (!(error instanceof Abandoned))
          log.error({ err: error, queue }, 'a delivery could not be settled');
        return giveBack(delivery);
      }
      if (isWatched()) await passAcknowledged(delivery);
    },
  };
}

const messageIdOf = (message: ConsumeMessage): unknown => message.properties.messageId;
