import { openTogether, type Together } from '../background/index.js';
import { isUnavailable } from '../errors/index.js';
import type { ConsumerOptions } from './consumer.js';
import { OneByOne } from './handler.js';
import { handleAllOnce } from './inbox.js';
import { Abandoned } from './until-available.js';
import type { Readable } from './wire.js';

/** A delivery that waits to be handled. */
export interface Delivery {
  incoming: Readable;
  abandon: AbortSignal;
}

type Handled = 'handled' | 'duplicate';
type Settled = PromiseSettledResult<Handled>;

/** No more than the broker sends ahead, and few enough that nobody waits long for the rows that they hold. */
const MOST = 32;

/**
 * Handles a queue's messages that wait at the same time in one transaction, if their handler can. What fails by a
 * mistake is undone and handled one by one, so that a message's failure is its own; what is away fails for all of them,
 * and they come again.
 *
 * @returns undefined where the handler takes one at a time.
 */
export function openHandlingTogether(
  { queue, name, handler, database, slot, metrics, log }: ConsumerOptions,
  handle: (incoming: Readable) => Promise<Handled>,
): Together<Delivery, Handled> | undefined {
  if (!handler.handleAll) return undefined;
  const handleAll = handler.handleAll.bind(handler);

  const handleOne = ({ incoming, abandon }: Delivery) => slot(() => handle(incoming), abandon);

  /** Each message has its part of the time, be it for nothing: those that are undone are handled one by one besides. */
  async function handleMany(deliveries: readonly Delivery[]): Promise<Handled[]> {
    const begun = performance.now();
    const ids = deliveries.map(({ incoming }) => incoming.meta.messageId);
    try {
      return await handleAllOnce(database, { queue, name }, ids, (tx, fresh) =>
        handleAll(
          tx,
          fresh.map((index) => deliveries[index]!.incoming),
        ),
      );
    } finally {
      const seconds = (performance.now() - begun) / 1_000 / deliveries.length;
      for (const _ of deliveries) metrics.seconds.observe({ queue }, seconds);
    }
  }

  return openTogether<Delivery, Handled>(MOST, async (deliveries): Promise<readonly Settled[]> => {
    const [first] = deliveries;
    if (!first || deliveries.length === 1) return Promise.allSettled(deliveries.map(handleOne));
    try {
      const handled = await slot(() => handleMany(deliveries), first.abandon);
      return handled.map((value) => ({ status: 'fulfilled', value }));
    } catch (error) {
      if (isUnavailable(error)) return deliveries.map(() => ({ status: 'rejected', reason: error }));
      if (!(error instanceof OneByOne || error instanceof Abandoned)) {
        log.warn({ err: error, queue, count: deliveries.length }, 'messages are handled one by one');
      }
      return Promise.allSettled(deliveries.map(handleOne));
    }
  });
}
