type Ring = readonly [string, ...string[]];

let last: { text: string; ring: Ring } | undefined;

/**
 * The secrets of a text, in its order. A process has one such text, which is taken apart once: this is on every
 * request's way. (As a `KeyObject`, an HMAC of a few hundred bytes takes longer than by a string.)
 *
 * @param text one secret, or several by commas. @throws Error when one is empty: anybody could sign by that.
 */
export function secretRing(text: string): Ring {
  if (last?.text === text) return last.ring;
  const [first = '', ...rest] = text.split(',').map((secret) => secret.trim());
  if (first === '' || rest.includes('')) throw new Error('one of the secrets is empty');
  last = { text, ring: [first, ...rest] };
  return last.ring;
}
