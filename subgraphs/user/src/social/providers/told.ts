import { z } from 'zod';

const LONGEST_NAME = 100;

/** What to call a person; null for what cannot be read aloud. */
export const toldName = z
  .string()
  .transform((text) => {
    const name = text
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, LONGEST_NAME)
      .replace(/\p{Cs}$/u, '');
    return /[^\p{Z}\p{C}]/u.test(name) ? name : null;
  })
  .nullish()
  .catch(null);

/** An address; what is none is as good as none. */
export const toldEmail = z.email().max(254).nullish().catch(null);
