/** What a text may quote of a person or a secret, by its form; and what stands in its place. */
const PRIVATE: [RegExp, string][] = [
  // A JSON Web Token: of ours, or of a provider.
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\b(Bearer|Basic|SECRET_KEY)\s+[\w.~+/=-]+/gi, '$1 [secret]'],
  [/:\/\/[^\s/@:]+:[^\s/@]+@/g, '://[secret]@'],
  [/(https?:\/\/[^\s?#"']+)[?#][^\s"']*/g, '$1?[query]'],
  [/[\w.+%-]+@[\w-]+(\.[\w-]+)+/g, '[mail address]'],
  // Of cards, and telephones: 13 to 19 digits, or Korean numbers, however they are grouped.
  [/(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/g, '[number]'],
  [/(?<![\w-])(?:\+82[ -]?|0)1\d[ -]?\d{3,4}[ -]?\d{4}(?![\w-])/g, '[number]'],
];

/** Longer texts quote something. */
const LONGEST = 500;
const LAST_WORD = /(?:[\d -]+|\S+)$/;

/** A text that is fit for a log: what looks like a mail address, a token, a card or a query string is left out. */
export function withoutPrivate(text: string): string {
  // Without its last word: of an address or a card that is cut through, nothing below would see what it is.
  let clean = text.length > LONGEST ? `${text.slice(0, LONGEST).replace(LAST_WORD, '')}…` : text;
  for (const [form, instead] of PRIVATE) clean = clean.replace(form, instead);
  return clean;
}
