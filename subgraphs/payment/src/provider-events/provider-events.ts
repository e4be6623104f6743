import { workOff } from '@stampede/shared/background';
import type { Metrics } from '@stampede/shared/telemetry';
import type { PaymentParts } from '../payment-parts.js';
import { openGivenBackCheck } from './given-back-check.js';
import { noteTossEvent, type Noted } from './note-toss-event.js';

export interface ProviderEvents {
  /** @param transmissionId the provider's name of it; the same one counts once. */
  note(transmissionId: string | null, body: string): Promise<Noted>;
  close(): Promise<void>;
}

const FORGET_EVERY_MS = 60_000;
const AT_ONCE = 1_000;
/** Toss Payments sends a thing again for 3 days and 19 hours. */
const KEPT = '7 days';

/** In small batches, of rows that nobody has in hand. */
const FORGET = `DELETE FROM provider_event WHERE transmission_id = ANY(ARRAY(SELECT transmission_id FROM provider_event
   WHERE received_at < now() - $1::interval ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED))`;

/** Takes what providers tell by themselves, follows it up, and forgets it after 7 days. */
export function openProviderEvents(
  parts: Pick<PaymentParts, 'database' | 'providers' | 'log'>,
  metrics: Metrics,
): ProviderEvents {
  const { database, log } = parts;
  const events = metrics.counter('provider_events_total', 'What providers told by themselves.', ['outcome']);
  const unasked = metrics.counter(
    'unasked_refunds_total',
    'Payments found of which the provider has given back more than was asked for here.',
    ['provider'],
  );
  const check = openGivenBackCheck(parts, (provider) => unasked.inc({ provider }));
  const forgetting = workOff(
    { name: 'the forgetting of providers’ events', pauseMs: FORGET_EVERY_MS, fullBatch: AT_ONCE, log },
    () => database.run(FORGET, [KEPT, AT_ONCE]),
  );
  return {
    note: async (transmissionId, body) => {
      const outcome = await noteTossEvent(database, transmissionId, body);
      events.inc({ outcome });
      return outcome;
    },
    close: async () => {
      await Promise.all([check.close(), forgetting.close()]);
    },
  };
}
