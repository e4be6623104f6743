import { wordsOf } from '../browse/search-form.js';

/** Tells whether a title has every word of `name`; what lacks one is another thing, such as an accessory. */
export function namedLike(name: string): (title: string) => boolean {
  const words = wordsOf(name);
  return (title) => {
    const has = new Set(wordsOf(title));
    return words.every((word) => has.has(word));
  };
}
