import { isUnavailable } from '@stampede/shared/errors';
import type { Metrics } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import type { Basket } from '../checkout/basket.js';
import type { CheckoutOutcome } from '../checkout/checkout.js';
import { LimitExceeded, SaleNotOpen, SoldOut } from '../checkout/rejections.js';

/** How checkouts end, of all sales together: a label for each product would grow without end. */
const OUTCOMES = [
  'won',
  'repeated',
  'sold-out',
  'not-open',
  'limit',
  'cart-empty',
  'conflict',
  'bad-input',
  'refused',
  'unavailable',
  'failed',
] as const;
type Outcome = (typeof OUTCOMES)[number];

const OF_CODES: Record<string, Outcome> = {
  IDEMPOTENCY_CONFLICT: 'conflict',
  BAD_USER_INPUT: 'bad-input',
  SERVICE_UNAVAILABLE: 'unavailable',
};

/** Counts checkouts by their outcome; told of each once. */
export interface CheckoutMetrics {
  /** @param bought undefined: there was nothing to buy. */
  ended(bought: { basket: Basket; outcome: CheckoutOutcome } | undefined): void;
  failed(error: unknown): void;
}

export function openCheckoutMetrics(metrics: Metrics): CheckoutMetrics {
  const checkouts = metrics.counter('checkouts_total', 'Checkouts, by how they ended.', ['outcome']);
  const units = metrics.counter('checkout_units_total', 'Units that were won by checkouts.');
  for (const outcome of OUTCOMES) checkouts.inc({ outcome }, 0);
  return {
    ended: (bought) => {
      const outcome = bought ? outcomeOf(bought.outcome) : 'cart-empty';
      checkouts.inc({ outcome });
      if (outcome === 'won') units.inc(bought?.basket.lines.reduce((sum, line) => sum + line.quantity, 0));
    },
    failed: (error) => checkouts.inc({ outcome: failureOf(error) }),
  };
}

function outcomeOf(outcome: CheckoutOutcome): Outcome {
  if ('order' in outcome) return outcome.isNew ? 'won' : 'repeated';
  if (outcome.rejection instanceof SoldOut) return 'sold-out';
  if (outcome.rejection instanceof SaleNotOpen) return 'not-open';
  return outcome.rejection instanceof LimitExceeded ? 'limit' : 'cart-empty';
}

/** What else is a mistake of the caller has a code: not signed in, an unknown product. */
function failureOf(error: unknown): Outcome {
  if (error instanceof GraphQLError) return OF_CODES[String(error.extensions.code)] ?? 'refused';
  return isUnavailable(error) ? 'unavailable' : 'failed';
}
