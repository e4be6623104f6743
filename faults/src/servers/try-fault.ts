import { eventually, type Shop } from '@stampede/shared/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Tried } from '../tried.js';
import type { ServerFault } from './faults.js';
import type { Sale } from './sale.js';
import type { TroubledShop } from './troubled-shop.js';

/** Invariant 3's own bound, and everything else's. */
const HOLDS_WITHIN_MS = 60_000;

/** Has a fault happen in mid-sale, and waits until everything works again by itself. */
export async function tryFault(
  { shop, sale, judge, viewers }: TroubledShop,
  fault: ServerFault,
): Promise<Tried> {
  judge.faultBegins(fault.away);
  await fault.begin();
  await sleep(fault.lastsMs);
  await fault.end();
  const ended = performance.now();
  const problems: string[] = [];
  const left = () => Math.max(1_000, ended + HOLDS_WITHIN_MS - performance.now());
  try {
    await eventually(() => asksReadiness(shop), left());
    await Promise.all([sells(sale, 'KAKAOPAY', left()), sells(sale, 'TOSS_PAYMENTS', left())]);
    // What they saw before may be older than the fault.
    viewers.seen();
    await sells(sale, 'KAKAOPAY', left());
    let seen = 0;
    await eventually(() => {
      seen += viewers.seen();
      if (seen === 0) throw new Error('a viewer is told nothing');
    }, left());
  } catch (error) {
    problems.push((error as Error).message);
  }
  judge.faultEnded();
  const heldAfterMs = performance.now() - ended;
  problems.push(...judge.complaints(), ...viewers.complaints());
  return problems.length === 0
    ? { fault: fault.name, heldAfterMs }
    : { fault: fault.name, heldAfterMs: undefined, problem: problems.join('; ') };
}

async function asksReadiness(shop: Shop): Promise<void> {
  for (const [name, { url }] of Object.entries(shop.services)) {
    if (name === 'emulators') continue;
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${name} is not ready: ${text}`);
  }
}

/** A purchase as on any day, all the way to its confirmation. */
async function sells(sale: Sale, provider: 'KAKAOPAY' | 'TOSS_PAYMENTS', withinMs: number): Promise<void> {
  const late = AbortSignal.timeout(Math.round(withinMs));
  const overdue = new Promise<never>((_, reject) =>
    late.addEventListener('abort', () => reject(new Error(`no purchase by ${provider} is confirmed`)), {
      once: true,
    }),
  );
  await Promise.race([sale.buys(provider), overdue]);
}
