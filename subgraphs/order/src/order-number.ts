/** Crockford's base 32: no I, L, O or U, so that a number survives being read aloud. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** An order's sequence number as people read it: `1000-001A`. */
export function orderNumberOf(sequence: number): string {
  let text = '';
  for (let rest = sequence; rest > 0; rest = Math.floor(rest / 32)) text = (DIGITS[rest % 32] ?? '') + text;
  return text.padStart(8, '0').replace(/(.{4})(?=.)/g, '$1-');
}

/** What the parcel of an order is known by where no carrier has given it a number: `ST1000001A`. */
export const trackingNumberOf = (sequence: number): string =>
  `ST${orderNumberOf(sequence).replaceAll('-', '')}`;
