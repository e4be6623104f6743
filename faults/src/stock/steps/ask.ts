import fc from 'fast-check';
import type { ReserveAnswer, ReserveRequest } from '@stampede/shared/inventory';
import type { History } from '../model/history.js';
import type { Reserved } from '../model/reserve.js';
import type { ProductUnderTest } from '../product-under-test.js';
import { often, step } from './step.js';

const ORDERS = 4;
const BUYERS = 2;

/** Somebody asks for units, or asks again under the same key, with the same basket or another one. */
export const ask = fc
  .record({
    mode: often('reserve' as const, 'probe' as const),
    order: fc.nat(ORDERS - 1),
    quantity: often(1, 2, 3, 4),
    digest: often('basket', 'another'),
    minEpoch: often('any', 'standing', 'newer'),
    times: often(1, 2),
  })
  .map((numbers) => step('ask', numbers, run));

interface Asked {
  mode: 'probe' | 'reserve';
  order: number;
  quantity: number;
  digest: string;
  minEpoch: string;
  times: number;
}

async function run(asked: Asked, history: History, product: ProductUnderTest): Promise<void> {
  const { mode, order, quantity, digest, minEpoch, times } = asked;
  const standing = history.stock?.epoch ?? 0;
  const request: ReserveRequest = {
    productId: product.id,
    // An order's id is made from its buyer's: the same id is never another buyer's.
    orderId: `order-${order}`,
    buyerId: `buyer-${order % BUYERS}`,
    quantity,
    digest,
    minEpoch: { any: 0, standing, newer: standing + 1 }[minEpoch]!,
  };
  await product.agree(
    history,
    () => product.repeated(times, () => product.server.inventory[mode](request)),
    (answer) => {
      let wanted = history.reserve(mode, request);
      for (let sent = 1; sent < times && wanted.kind === 'held'; sent += 1) {
        // The first answer was lost with the connection; the second tells of the same hold.
        if (answer.kind === 'known') history.held(request, { ...answer, kind: 'held' });
        wanted = history.reserve(mode, request);
      }
      if (wanted.kind === 'held' && answer.kind === 'held') history.held(request, answer);
      return byRedis(wanted, answer, history.aheadMs);
    },
  );
}

/** What is expected, by Redis' clock; only that can say until when a new hold is to be paid. */
function byRedis(wanted: Reserved, answer: ReserveAnswer, aheadMs: number): unknown {
  const earlier = (date: Date) => new Date(date.getTime() - aheadMs);
  if (wanted.kind === 'held') return 'payBy' in answer ? { ...wanted, payBy: answer.payBy } : wanted;
  if (wanted.kind === 'known') return { ...wanted, payBy: earlier(wanted.payBy!) };
  if (wanted.kind !== 'not-open') return wanted;
  return { ...wanted, opensAt: wanted.opensAt.getTime() === 0 ? wanted.opensAt : earlier(wanted.opensAt) };
}
