import { isWarm, type Stock } from './stock.js';

export interface Effect {
  kind: 'commit' | 'undo' | 'end' | 'return';
  /** In which it was decided. */
  effectEpoch: number;
  orderId: string;
  hold: { epoch: number; serial: number };
}

/** Does to a product what an effect has to, and says what is answered. */
export function affect(
  stock: Stock | undefined,
  { kind, effectEpoch, orderId, hold }: Effect,
): 'COLD' | 'DONE' | 'FORGOTTEN' {
  if (!isWarm(stock) || stock.epoch < effectEpoch) return 'COLD';
  const entry = stock.entries.get(orderId);
  const isMeant = entry?.epoch === hold.epoch && entry.serial === hold.serial;
  if (!entry || !isMeant) return kind === 'commit' && stock.epoch === effectEpoch ? 'FORGOTTEN' : 'DONE';

  const { state, quantity } = entry;
  if (kind === 'commit') {
    if (state !== 'held') return 'DONE';
    entry.state = 'sold';
    stock.held -= quantity;
    stock.sold += quantity;
    return 'DONE';
  }
  if (state === 'ended' || (state === 'sold' && kind !== 'return')) return 'DONE';
  stock[state] -= quantity;
  stock.available += quantity;
  if (kind === 'undo') stock.entries.delete(orderId);
  else entry.state = 'ended';
  return 'DONE';
}
