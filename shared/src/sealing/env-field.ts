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
  z.string().transform((keys, context) => {
    try {
      const sealer = openSealer(keys);
      if (needs === 'index') sealer.blindIndex('');
      return sealer;
    } catch (error) {
      if (!(error instanceof SealingKeysError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
