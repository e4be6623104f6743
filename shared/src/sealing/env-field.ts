import { z } from 'zod';
import { SealingKeysError } from './keys.js';
import { openSealer } from './sealer.js';

/**
 * A field of an environment schema: the keys' text, given on as an open sealer, so that the text itself
 * travels no further.
 *
 * @param needs `index` where blind indexes are made.
 */
export const sealerFromKeys = (needs?: 'index') =>
  z
    .string()
    .transform((keys, context) => {
      try {
        const sealer = openSealer(keys);
        if (needs === 'index') sealer.blindIndex('');
        return sealer;
      } catch (error) {
        if (!(error instanceof SealingKeysError)) throw error;
        context.addIssue({ code: 'custom', message: error.message });
        return z.NEVER;
      }
    })
    .meta({ refused: keysProblem });

/** Of 32 random bytes some 30 differ, and never as few as this. */
const LEAST_DIFFERENT = 16;

/** What production refuses: a key that somebody typed. */
function keysProblem(keys: string): string | undefined {
  const typed = keys.split(',').some((entry) => {
    const key = Buffer.from(entry.slice(entry.indexOf(':') + 1), 'base64');
    return new Set(key).size < LEAST_DIFFERENT;
  });
  return typed ? 'has a key that is not random: make them, as by `openssl rand -base64 32`' : undefined;
}
