import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts a webhook. @returns undefined when it may come in, or after how many milliseconds another may. */
export type WebhookLimit = (address: string) => Promise<number | undefined>;

const SECONDS = 10;

/**
 * So many webhooks of one address and so many of all, in windows of 10 s: of this process alone, since what they
 * protect is one process' share. What its own address refuses does not count against the others.
 */
export function openWebhookLimit(perAddress: number, inAll: number): WebhookLimit {
  const ofAddress = new RateLimiterMemory({ points: perAddress, duration: SECONDS });
  const ofAll = new RateLimiterMemory({ points: inAll, duration: SECONDS });
  return async (address) => {
    try {
      await ofAddress.consume(address);
      await ofAll.consume('all');
      return undefined;
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) return refusal.msBeforeNext;
      throw refusal;
    }
  };
}
