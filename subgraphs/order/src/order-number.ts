/** Crockford's base 32: no I, L, O or U, so that a number survives being read aloud. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** Ten are 2^50: what JavaScript still counts exactly, and more orders than there will be. */
const NUMBER = /^[0-9A-HJKMNP-TV-Z]{8,10}$/;

/** An order's sequence number as people read it: `1000-001A`. */
export function orderNumberOf(sequence: number): string {
  let text = '';
  for (let rest = sequence; rest > 0; rest = Math.floor(rest / 32)) text = (DIGITS[rest % 32] ?? '') + text;
  return text.padStart(8, '0').replace(/(.{4})(?=.)/g, '$1-');
}

/**
 * The sequence number behind what a person has read, heard or typed: in any case, with or without dashes and spaces,
 * O for 0, I and L for 1 (https://www.crockford.com/base32.html), and as wide as an East Asian keyboard writes it.
 *
 * @returns undefined for a text that is no order's number.
 */
export function readOrderNumber(text: string): number | undefined {
  const digits = text
    .normalize('NFKC')
    .replace(/[\s\p{Dash}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (!NUMBER.test(digits)) return undefined;
  let sequence = 0;
  for (const digit of digits) sequence = sequence * 32 + DIGITS.indexOf(digit);
  return sequence;
}

/** What the parcel of an order is known by where no carrier has given it a number: `ST1000001A`. */
export const trackingNumberOf = (sequence: number): string =>
  `ST${orderNumberOf(sequence).replaceAll('-', '')}`;
