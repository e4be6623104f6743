import { openLimiter } from '../rates/limiter.js';

/** Counts a webhook. @returns after how many milliseconds it may come in; 0 is now */
export type WebhookLimit = (address: string) => number;

const SECONDS = 10;
const ALL = '';

/**
 * So many webhooks of one address and so many of all, at once and again in each 10 s: of this process alone, since what
 * they protect is one process' share. What is refused counts against nobody.
 */
export function openWebhookLimit(perAddress: number, inAll: number): WebhookLimit {
  const ofAddress = openLimiter({ perSecond: perAddress / SECONDS, burst: perAddress });
  const ofAll = openLimiter({ perSecond: inAll / SECONDS, burst: inAll });
  return (address) => {
    const now = performance.now();
    return ofAll.waitMs(ALL, 1, now) || ofAddress.take(address, 1, now) || ofAll.take(ALL, 1, now);
  };
}
