import type { Log } from '@stampede/shared/telemetry';

/** How long what somebody has in hand is left to them. What a crash leaves behind waits so long: money has 60 s. */
export const LEASE_MS = 30_000;

const RENEWED_EVERY_MS = LEASE_MS / 3;

/**
 * Does `work` under a lease that is renewed while it lasts: asking a provider two or three times takes longer than a
 * lease may be. Should renewals fail for so long that somebody else takes it up, both ask the provider: it takes the
 * money, and gives it back, once all the same.
 *
 * @param everyMs between renewals, in ms.
 */
export async function keepLease<T>(
  log: Log,
  renew: () => Promise<unknown>,
  work: () => Promise<T>,
  everyMs = RENEWED_EVERY_MS,
): Promise<T> {
  let renewed: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewed = renewed
      .then(renew)
      .catch((error: unknown) => log.warn({ err: error }, 'a lease could not be renewed'));
  }, everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    // One that came later would undo what is said next about when to look again.
    await renewed;
  }
}
