import { setTimeout as pause } from 'node:timers/promises';
import { checkoutRequest } from '../checkouts/checkout-request.js';
import type { LoadResult } from '../load/load.js';
import { cpuSecondsOf } from '../measure/cpu.js';
import { flush, type Flush } from './flush.js';
import type { OpeningSale } from './open-sale.js';
import type { FlashSaleOptions, FlashSaleParts } from './parts.js';
import { keepSigningIn, type SignInFigures } from './sign-ins.js';

export interface Rush extends LoadResult {
  /** CPU seconds by process, from the opening to the last answer; null where it cannot be told. */
  cpuSeconds: Record<string, number | null>;
  flush: Flush | null;
  signIns: SignInFigures | null;
  /** Of the system's monotonic clock, as CPU profiles are: when it began, when it ended. */
  monotonicMicroseconds: [number, number];
}

/** Every buyer presses “buy” once, all of them at the opening. */
export async function rush(
  parts: FlashSaleParts,
  { productId, opensAt }: OpeningSale,
  clockAheadMs: number,
  options: FlashSaleOptions,
): Promise<Rush> {
  const { buyers, client, generator, processes, signers } = parts;
  const url = new URL('/graphql', parts.gatewayUrl);
  const requests = buyers.map((buyer) => checkoutRequest(url, buyer, productId));
  const pids = Object.values(processes);
  let before: (number | undefined)[] = [];
  let after: (number | undefined)[] = [];
  let endedAt = 0n;
  let flushing: Promise<Flush> | undefined;

  const onProgress = (settled: number) => {
    options.progress('deciding', settled, requests.length);
    if (options.flush && settled >= requests.length / 10) flushing ??= flush(parts, productId);
    if (settled === requests.length && endedAt === 0n) {
      endedAt = process.hrtime.bigint();
      after = cpuSecondsOf(pids);
    }
  };
  const at = opensAt - clockAheadMs;
  const storm = signers.length > 0 ? keepSigningIn(client, signers, at) : undefined;
  const [[result, beganAt], signIns] = await until(storm, () => {
    const running = generator.run({ requests, at, repeatUnavailable: options.flush, onProgress });
    return Promise.all([running, readAtOpening()]);
  });

  async function readAtOpening(): Promise<bigint> {
    await pause(Math.max(0, at - Date.now() - 20));
    before = cpuSecondsOf(pids);
    return process.hrtime.bigint();
  }
  const used = Object.keys(processes).map((name, index) => {
    const [from, to] = [before[index], after[index]];
    return [name, from === undefined || to === undefined ? null : to - from] as const;
  });
  return {
    ...result,
    cpuSeconds: Object.fromEntries(used),
    flush: (await flushing) ?? null,
    signIns,
    monotonicMicroseconds: [Number(beganAt / 1_000n), Number(endedAt / 1_000n)],
  };
}

/** Ends the storm with what it was for, however that ended. */
async function until<T>(
  storm: ReturnType<typeof keepSigningIn> | undefined,
  work: () => Promise<T>,
): Promise<[T, SignInFigures | null]> {
  let figures: SignInFigures | null = null;
  let result: T;
  try {
    result = await work();
  } finally {
    figures = (await storm?.stop()) ?? null;
  }
  return [result, figures];
}
