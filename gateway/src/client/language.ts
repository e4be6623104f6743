import type { Language } from '@stampede/shared/identity';

/** A language range with its weight (RFC 9110, section 12.5.4); regions make no difference here. */
const RANGE = /^\s*([a-z]{1,8}|\*)(?:-[a-z\d-]+)?\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i;

/** Which of the house's languages a client likes best: the heavier one, of equals the first, English without any. */
export function languageOf(header: string | undefined): Language {
  const weights = new Map<string, number>();
  for (const entry of (header ?? '').split(',')) {
    const [, range, weight = '1'] = RANGE.exec(entry) ?? [];
    if (range === undefined) continue;
    const language = range.toLowerCase();
    weights.set(language, Math.max(Number(weight), weights.get(language) ?? 0));
  }
  const anyOther = weights.get('*') ?? 0;
  const [korean, english] = ['ko', 'en'].map((language) => weights.get(language) ?? anyOther) as [
    number,
    number,
  ];
  if (korean !== english) return korean > english ? 'ko' : 'en';
  const named = [...weights.keys()].find((range) => range === 'ko' || range === 'en');
  return korean > 0 && named === 'ko' ? 'ko' : 'en';
}
