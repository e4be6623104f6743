import type { ChargeOfRequest } from '../rates/charge-of-request.js';
import type { KnownOperations } from '../single-fetch/known-operations.js';
import { priorityOf, type Priority } from './priorities.js';

/** How important a request is, by its text: nothing of it is parsed, planned or checked for that. */
export type PriorityOfRequest = (query: unknown, operationName: unknown) => Priority;

export interface PriorityOfRequestParts {
  known: Pick<KnownOperations, 'recall'>;
  chargeOf: Pick<ChargeOfRequest, 'recall'>;
}

const MUTATION = /^\s*mutation\b/;

/**
 * Recognises texts that have been asked for before. A new one is told by its beginning alone, and is never as important as a known
 * purchase: a text that nobody has sent yet is no buyer's of this minute.
 */
export const openPriorityOfRequest =
  ({ known, chargeOf }: PriorityOfRequestParts): PriorityOfRequest =>
  (query, operationName) => {
    if (typeof query !== 'string') return 'read';
    const name = typeof operationName === 'string' ? operationName : undefined;
    const charge = known.recall(query, name)?.charge ?? chargeOf.recall(query, name);
    if (charge) return priorityOf(charge);
    return MUTATION.test(query) ? 'mutation' : 'read';
  };
