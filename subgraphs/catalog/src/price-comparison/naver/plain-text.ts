const NAMED: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  middot: '·',
  times: '×',
  reg: '®',
  trade: '™',
  copy: '©',
};

const TAG = /<\/?[a-z][^<>]*>/gi;
const ENTITY = /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi;

/**
 * A text of somebody else's HTML, as a person reads it: without tags, its entities read once (so that an escaped tag
 * is text), in one line, `most` characters at most.
 */
export function plainText(html: string, most: number): string {
  const text = html
    .replace(TAG, '')
    .replace(ENTITY, (all, decimal?: string, hexadecimal?: string, name?: string) => {
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? all;
      return (
        characterOf(decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)) ?? all
      );
    })
    // What nobody sees could turn the text around it, or break the line.
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  // Not in the middle of a character of two.
  return text.slice(0, most).replace(/[\ud800-\udbff]$/, '');
}

const characterOf = (code: number): string | undefined =>
  code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
