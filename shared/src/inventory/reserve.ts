import { keysOf, type HoldName } from './product.js';
import type { Answer, Script } from './scripts.js';

export interface ReserveRequest {
  productId: string;
  orderId: string;
  buyerId: string;
  quantity: number;
  /** Of the whole basket: another basket under the same id is a conflict. */
  digest: string;
  /** An older epoch than this is COLD. */
  minEpoch: number;
}

/** `terms`: the least version of the listing that an order on this hold may copy. */
type Held = HoldName & { payBy: Date; terms: number };

/** What the reservation says, as reserve.lua documents it. */
export type ReserveAnswer =
  | { kind: 'cold' }
  | ({ kind: 'held' } & Held)
  | ({ kind: 'known'; state: 'held' | 'sold' | 'ended' } & Held)
  | { kind: 'conflict' }
  | { kind: 'free' }
  | { kind: 'not-open'; phase: 'SCHEDULED' | 'PAUSED' | 'CLOSED'; opensAt: Date }
  | { kind: 'limit'; limit: number; alreadyOrdered: number }
  | { kind: 'sold-out'; available: number };

/** Asks reserve.lua; `probe` decides and holds nothing. */
export async function reserve(
  script: Script,
  namespace: string,
  mode: 'probe' | 'reserve',
  { productId, orderId, buyerId, quantity, digest, minEpoch }: ReserveRequest,
): Promise<ReserveAnswer> {
  return read(
    await script(keysOf(namespace, productId), [mode, orderId, buyerId, quantity, digest, minEpoch], mode),
  );
}

function read([code, ...details]: Answer): ReserveAnswer {
  const number = (index: number) => Number(details[index]);
  const date = (index: number) => new Date(number(index));
  switch (code) {
    case 'COLD':
      return { kind: 'cold' };
    case 'CONFLICT':
      return { kind: 'conflict' };
    case 'FREE':
      return { kind: 'free' };
    case 'HELD':
      return { kind: 'held', epoch: number(0), serial: number(1), payBy: date(2), terms: number(3) };
    case 'KNOWN': {
      const state = details[0] as 'held' | 'sold' | 'ended';
      return { kind: 'known', state, epoch: number(1), serial: number(2), payBy: date(3), terms: number(4) };
    }
    case 'NOT_OPEN':
      return { kind: 'not-open', phase: details[0] as 'SCHEDULED' | 'PAUSED' | 'CLOSED', opensAt: date(1) };
    case 'LIMIT':
      return { kind: 'limit', limit: number(0), alreadyOrdered: number(1) };
    case 'SOLD_OUT':
      // Below zero while more is held than exists: after Redis forgot, until what cannot be sold is refunded.
      return { kind: 'sold-out', available: Math.max(0, number(0)) };
    default:
      throw new Error(`reserve.lua answered ${code}`);
  }
}
