import { z } from 'zod';
import { isEmail } from '../../input/email.js';
import { LONGEST_NAME, isVisible } from '@stampede/shared/input';

/** What to call a person; null for what cannot be read aloud. */
export const toldName = z
  .string()
  .transform((text) => {
    const name = text
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, LONGEST_NAME)
      .replace(/\p{Cs}$/u, '');
    return isVisible(name) ? name : null;
  })
  .nullish()
  .catch(null);

/** An address, of which the API can tell again; what is none is as good as none. */
export const toldEmail = z.email().refine(isEmail).nullish().catch(null);
