import { repeat, within, type Repetition } from '../background/index.js';
import { Unavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';
import type { Consumers } from './consumers.js';
import type { MessagingMetrics } from './metrics.js';

const EVERY_MS = 5_000;
const WITHIN_MS = 2_000;

/** Measures how much waits in a service's queues, every 5 s, so that alerts need nothing of the broker's own. */
export const watchQueues = (
  { look }: Pick<Consumers, 'look'>,
  metrics: MessagingMetrics['queues'],
  log: Log,
): Repetition => {
  metrics.lookedAt.set(Date.now() / 1_000);
  return repeat(async () => {
    try {
      const looks = await within(WITHIN_MS, look(), () => {
        throw new Unavailable('The broker');
      });
      for (const { queue, ready, consumers } of looks) {
        metrics.ready.set({ queue }, ready);
        metrics.consumers.set({ queue }, consumers);
      }
      metrics.lookedAt.set(Date.now() / 1_000);
    } catch (error) {
      // That the broker is away is said by whoever publishes and consumes; here the time of the last look stands still.
      log.debug({ err: error }, 'the queues could not be looked at');
    }
    return EVERY_MS;
  });
};
