import type { Answer } from '../http.js';
import { failure } from './errors.js';

/**
 * Refuses a call without a usable key, else undefined. Usable are the made-up keys of a local start only: a real one
 * that strays here by a wrong base URL gets the same answer as a wrong one.
 */
export function refuseUnauthorized(header: string | undefined): Answer | undefined {
  if (!header) return failure('authorizationMissing');
  return /^(DEV_)?SECRET_KEY local-only-\S+$/.test(header) ? undefined : failure('badKey');
}
