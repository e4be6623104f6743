import { badInput, type FieldProblem } from '@stampede/shared/errors';
import { isStorable } from '@stampede/shared/graphql';
import { z } from 'zod';
import { idempotencyKey } from '../idempotency-key.js';
import type { ProductInput } from './product-input.js';

const text = (least: number, most: number) =>
  z.string().refine((value) => value.trim().length >= least && value.length <= most && isStorable(value), {
    message: `has ${least} to ${most} characters, of plain text.`,
  });
const whole = (least: number, most: number) =>
  z.number().refine((value) => Number.isInteger(value) && value >= least && value <= most, {
    message: `is a whole number from ${least} to ${most}.`,
  });
/** Far enough for any sale; what is older would read as “no such time” in Redis, where 0 is that. */
const moment = z.date().refine((at) => at.getUTCFullYear() >= 2_000 && at.getUTCFullYear() < 2_100, {
  message: 'is a time from 2000 to 2099.',
});
/** A basket's total, at most 20 lines of 1,000 units, stays a safe integer. */
const MAX_PRICE = 100_000_000_000;

const rules = z
  .object({
    name: text(1, 200),
    description: text(0, 10_000).nullable(),
    brands: z.array(text(1, 100)).min(1, 'names at least one.').max(10, 'names at most 10.'),
    images: z
      .array(z.instanceof(URL).refine(({ protocol }) => protocol === 'https:', 'is an https URL.'))
      .max(10, 'has at most 10.')
      .nullable(),
    price: whole(100, MAX_PRICE),
    stock: whole(1, 1_000_000),
    limitPerBuyer: whole(1, 1_000).nullable(),
    holdMinutes: whole(1, 1_440).nullable(),
    refundTiers: z
      .array(z.object({ daysBefore: whole(0, 3_650), percent: whole(0, 100) }))
      .max(10, 'has at most 10.')
      .refine((tiers) => new Set(tiers.map(({ daysBefore }) => daysBefore)).size === tiers.length, {
        message: 'names each daysBefore once.',
      })
      .nullish(),
    idempotencyKey: idempotencyKey.nullish(),
    opensAt: moment,
    closesAt: moment.nullish(),
  })
  .refine(({ opensAt, closesAt }) => !closesAt || closesAt > opensAt, {
    path: ['closesAt'],
    message: 'is after opensAt.',
  });

/** @throws BAD_USER_INPUT with every field that breaks a rule. */
export function checkProductInput(input: ProductInput): void {
  const checked = rules.safeParse(input);
  if (checked.success) return;
  const problems: FieldProblem[] = checked.error.issues.map(({ path, message }) => ({
    path: ['input', ...path].join('.'),
    message,
  }));
  throw badInput(...problems);
}
