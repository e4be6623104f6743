import { types } from 'node:util';

const HARMLESS = /^[\w.-]{1,60}$/;

/**
 * What happened at a provider, for the log: names and codes alone. Messages, bodies and causes carry what the
 * provider sent, which may be personal, or a token.
 */
export function whyOf(error: unknown): string {
  if (!(error instanceof Error || types.isNativeError(error))) return 'unknown';
  const { name, code, error: said, cause } = error as Error & { code?: unknown; error?: unknown };
  const words = [name, code, said].filter((word) => typeof word === 'string' && HARMLESS.test(word));
  const below = cause === undefined ? 'unknown' : whyOf(cause);
  return [...words, ...(below === 'unknown' ? [] : [below])].join(' ');
}
