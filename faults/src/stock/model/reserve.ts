import type { ReserveAnswer, ReserveRequest } from '@stampede/shared/inventory';
import { isWarm, unitsByBuyer, type Stock } from './stock.js';

type WithoutTime<T> = T extends Held ? Omit<T, 'payBy'> & { payBy?: Date } : never;
type Held = Extract<ReserveAnswer, { kind: 'held' | 'known' }>;

/** As the platform answers, but for a new hold's `payBy`, which only Redis' clock knows. Times are the history's. */
export type Reserved = Exclude<ReserveAnswer, Held> | WithoutTime<Held>;

/** What a reservation has to answer; a `held` one is still to be entered by {@link hold}. */
export function reserve(
  stock: Stock | undefined,
  mode: 'probe' | 'reserve',
  request: ReserveRequest,
  now: number,
): Reserved {
  if (!isWarm(stock) || stock.epoch < request.minEpoch) return { kind: 'cold' };
  const { settings, epoch, available } = stock;
  const terms = settings.termsVersion;

  const known = stock.entries.get(request.orderId);
  if (known && known.digest !== request.digest) return { kind: 'conflict' };
  if (known) {
    const { state, epoch, serial, payBy } = known;
    return { kind: 'known', state, epoch, serial, payBy: new Date(payBy), terms };
  }

  const opensAt = new Date(settings.opensAt);
  if (settings.closesAt !== null && now >= settings.closesAt) {
    return { kind: 'not-open', phase: 'CLOSED', opensAt };
  }
  if (now < settings.opensAt) return { kind: 'not-open', phase: 'SCHEDULED', opensAt };
  if (settings.paused) return { kind: 'not-open', phase: 'PAUSED', opensAt };

  const { limitPerBuyer: limit } = settings;
  const alreadyOrdered = unitsByBuyer(stock.entries).get(request.buyerId) ?? 0;
  if (alreadyOrdered + request.quantity > limit) return { kind: 'limit', limit, alreadyOrdered };
  if (request.quantity > available) return { kind: 'sold-out', available: Math.max(0, available) };
  if (mode === 'probe') return { kind: 'free' };
  return { kind: 'held', epoch, serial: stock.serial + 1, terms };
}

/** Enters a hold that Redis has given. */
export function hold(stock: Stock, request: ReserveRequest, payBy: number): void {
  const { orderId, buyerId, quantity, digest } = request;
  stock.serial += 1;
  stock.available -= quantity;
  stock.held += quantity;
  stock.hasSoldOut ||= stock.available === 0;
  stock.entries.set(orderId, {
    state: 'held',
    quantity,
    buyerId,
    digest,
    epoch: stock.epoch,
    serial: stock.serial,
    payBy,
    heldAt: payBy - stock.settings.holdMinutes * 60_000,
  });
}
