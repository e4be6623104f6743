import { isUnavailable } from '@stampede/shared/errors';
import { Contradiction, handleAllOnce, handleOnce, type Handler } from '@stampede/shared/messaging';
import type { History } from './history.js';
import { Crash, type Service } from './life.js';
import type { Platform } from './platform.js';
import type { Stores } from './stores.js';

interface Message {
  messageId: string;
  type: string;
  body: unknown;
}

/** A message on its way to one of those who hear of it. */
export interface Delivery {
  queue: string;
  service: Service;
  message: Message;
}

/** Every service's outbox, in the order in which they were written; the rows are marked as a relay would. */
const PUBLISH = (['order', 'catalog', 'payment'] as const).map(
  (schema, index) => `said_by_${schema} AS (UPDATE "${schema}".outbox SET published_at = clock.now()
    WHERE published_at IS NULL RETURNING ${index} AS place, id, message_id, routing_key, body)`,
);
const COLLECT = `WITH ${PUBLISH.join(', ')}
  SELECT message_id AS "messageId", routing_key AS type, body FROM (
    SELECT * FROM said_by_order UNION ALL SELECT * FROM said_by_catalog UNION ALL SELECT * FROM said_by_payment) AS said
  ORDER BY place, id`;

/** What the broker has: in whatever order it gives it out, however often. */
export interface Broker {
  waiting: readonly Delivery[];
  /** Takes what the outboxes hold. */
  collect(): Promise<void>;
  /** @param again leaves it there as well: it is delivered once more, some time. */
  deliver(index: number, again?: boolean): void;
  /** As many as wait in the queue of that one, at once, where their handler takes several. */
  deliverTogether(index: number): void;
  /** Each message once, or twice, as often as brokers do that to a history; the second time is whenever it comes. */
  deliverAll(): void;
}

/** One of so many comes a second time. */
const AGAIN_EVERY = 3;

export function openBroker(stores: Stores, platform: Platform, history: History): Broker {
  let waiting: Delivery[] = [];
  let collectedAt = -1;
  let delivered = 0;
  const handlerOf = ({ queue }: Delivery): Handler =>
    platform.consumers.find((consumer) => consumer.queue === queue)!.handler;
  const metaOf = ({ messageId }: Message) => ({ messageId, attempts: 0 });
  const read = ({ type }: Handler, { body }: Message): unknown => type.schema.parse(body);

  function handle(delivery: Delivery): void {
    const { queue, service, message } = delivery;
    history
      .start(service, `handles ${queue}`, () => {
        const handler = handlerOf(delivery);
        return handleOnce(stores.databases[service], { queue, name: queue }, message.messageId, (tx) =>
          handler.handle(tx, read(handler, message), metaOf(message)),
        );
      })
      // A dead letter is a surprise; anything else that fails comes again.
      .catch((error: unknown) => {
        if (!(error instanceof Contradiction)) waiting.push(delivery);
      });
  }

  function handleTogether(deliveries: readonly Delivery[]): void {
    const [first] = deliveries as [Delivery];
    const { queue, service } = first;
    const ids = deliveries.map(({ message }) => message.messageId);
    history
      .start(service, `handles ${deliveries.length} of ${queue}`, () => {
        const handler = handlerOf(first);
        return handleAllOnce(stores.databases[service], { queue, name: queue }, ids, (tx, fresh) => {
          const told = fresh.map((index) => deliveries[index]!.message);
          return handler.handleAll!(
            tx,
            told.map((message) => ({ body: read(handler, message), meta: metaOf(message) })),
          );
        }).catch((error: unknown) => {
          if (error instanceof Crash || isUnavailable(error)) throw error;
          deliveries.forEach(handle);
        });
      })
      .catch(() => waiting.push(...deliveries));
  }

  const deliver = (index: number, again = false): void => {
    const delivery = waiting[index];
    if (!delivery) return;
    waiting.splice(index, 1);
    if (again) waiting.push(delivery);
    handle(delivery);
  };

  return {
    get waiting() {
      return waiting;
    },
    collect: async () => {
      if (collectedAt === history.steps.length) return;
      collectedAt = history.steps.length;
      for (const message of await stores.admin.order.query<Message>(COLLECT)) {
        const hearing = platform.consumers.filter(({ handler }) => handler.type.name === message.type);
        waiting.push(...hearing.map(({ queue, service }) => ({ queue, service, message })));
      }
    },
    deliver,
    deliverAll: () => {
      for (let left = waiting.length; left > 0; left -= 1) {
        delivered += 1;
        deliver(0, delivered % AGAIN_EVERY === 0);
      }
    },
    deliverTogether: (index) => {
      const chosen = waiting[index];
      if (!chosen) return;
      const together = waiting.filter(({ queue }) => queue === chosen.queue);
      waiting = waiting.filter(({ queue }) => queue !== chosen.queue);
      if (together.length > 1 && handlerOf(chosen).handleAll) handleTogether(together);
      else together.forEach(handle);
    },
  };
}
