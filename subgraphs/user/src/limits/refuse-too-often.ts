import { rateLimited } from '@stampede/shared/errors';

/** @param retryAt what a limit answered. @throws RATE_LIMITED unless it is null. */
export function refuseTooOften(retryAt: Date | null): void {
  if (retryAt) throw rateLimited(retryAt.getTime() - Date.now());
}
