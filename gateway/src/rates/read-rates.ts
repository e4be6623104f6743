import { z } from 'zod';
import type { Rate } from './gcra.js';
import { KINDS, type Kind } from './kinds.js';
import type { RateTable } from './rates.js';

/** So that what is owed is paid within 10 s for each, and who owes is not remembered for long. */
const LEAST_PER_SECOND = 0.1;
const RATE = /^(\d{1,9}(?:\.\d{1,3})?)\/(\d{1,9})$/;

function rateOf(text: string): Rate | undefined {
  const [, perSecond = 0, burst = 0] = (RATE.exec(text) ?? []).map(Number);
  return perSecond >= LEAST_PER_SECOND && burst >= 1 ? { perSecond, burst } : undefined;
}

/** A setting like `20/200`: 20 a second, and 200 at once. */
export const rate = (usual: string) =>
  z
    .string()
    .default(usual)
    .transform((text, context): Rate => {
      const read = rateOf(text);
      if (!read) context.addIssue(`PER_SECOND/BURST, at least ${LEAST_PER_SECOND}/1`);
      return read ?? { perSecond: 1, burst: 1 };
    });

const isKind = (name: string): name is Kind => (KINDS as readonly string[]).includes(name);

/**
 * A setting that changes a table of rates: with `checkout=20/200,read=off` there are 20 a second and 200 at once of the
 * one, and the others are as often as anybody likes. Kinds that it does not name stay as they are.
 */
export const rates = (usual: Record<Kind, Rate>) =>
  z
    .string()
    .default('')
    .transform((text, context): RateTable => {
      const table: Partial<Record<Kind, Rate>> = { ...usual };
      for (const entry of text.split(',').flatMap((part) => part.trim() || [])) {
        const [kind = '', value = ''] = entry.split('=');
        const read = rateOf(value);
        if (isKind(kind) && value === 'off') delete table[kind];
        else if (isKind(kind) && read) table[kind] = read;
        else context.addIssue(`${entry}: KIND=PER_SECOND/BURST or KIND=off, of ${KINDS.join(', ')}`);
      }
      return table;
    });
