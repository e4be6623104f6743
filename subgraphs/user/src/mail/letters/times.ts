import type { Language } from '@stampede/shared/identity';

const LOCALES: Record<Language, string> = { en: 'en-GB', ko: 'ko-KR' };

/** As sales are announced in Korea; seconds only where there are some. */
export function timeInSeoul(language: Language, at: Date): string {
  const seconds = at.getUTCSeconds() > 0;
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: 'Asia/Seoul',
    dateStyle: 'full',
    timeStyle: seconds ? 'medium' : 'short',
  }).format(at);
}

/** The day that it is then in a time zone, an IANA name. */
export const dayIn = (language: Language, timeZone: string, at: Date): string =>
  new Intl.DateTimeFormat(LOCALES[language], { timeZone, dateStyle: 'full' }).format(at);
