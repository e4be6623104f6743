import { badInput, type FieldProblem } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import { z } from 'zod';
import { text } from '../text.js';
import { TIME_ZONE_RULE, timeZoneOf } from './time-zone.js';

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

/** Each field of a product by itself, as creating and updating it ask of it. */
export const fieldRules = z.object({
  name: text(1, 200),
  description: text(0, 10_000).nullish(),
  brands: z.array(text(1, 100)).min(1, 'names at least one.').max(10, 'names at most 10.'),
  categoryId: z.string().refine(isUuid, 'names no category.').nullish(),
  images: z
    .array(z.instanceof(URL).refine(({ protocol }) => protocol === 'https:', 'is an https URL.'))
    .max(10, 'has at most 10.')
    .nullish(),
  price: whole(100, MAX_PRICE),
  stock: whole(1, 1_000_000),
  opensAt: moment,
  closesAt: moment.nullish(),
  limitPerBuyer: whole(1, 1_000).nullish(),
  holdMinutes: whole(1, 1_440).nullish(),
  usedOn: moment.nullish(),
  timeZone: z
    .string()
    .refine((name) => timeZoneOf(name) !== undefined, `is ${TIME_ZONE_RULE}.`)
    .nullish(),
  refundTiers: z
    .array(z.object({ daysBefore: whole(0, 3_650), percent: whole(0, 100) }))
    .max(10, 'has at most 10.')
    .refine((tiers) => new Set(tiers.map(({ daysBefore }) => daysBefore)).size === tiers.length, {
      message: 'names each daysBefore once.',
    })
    .nullish(),
});

export interface Times {
  opensAt: Date;
  closesAt?: Date | null | undefined;
  usedOn?: Date | null | undefined;
}

/** What is wrong with a product's times together, though each may be right by itself. */
export function problemsOfTimes({ opensAt, closesAt, usedOn }: Times): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (closesAt && closesAt <= opensAt) problems.push({ path: 'closesAt', message: 'is after opensAt.' });
  if (usedOn && usedOn <= opensAt) problems.push({ path: 'usedOn', message: 'is after opensAt.' });
  return problems;
}

/** @throws BAD_USER_INPUT with every problem, below the argument that it is of; nothing when there is none. */
export function refuse(argument: string, problems: readonly FieldProblem[]): void {
  if (problems.length === 0) return;
  throw badInput(...problems.map(({ path, message }) => ({ path: `${argument}.${path}`, message })));
}

export const problemsOf = (error: z.ZodError | undefined): FieldProblem[] =>
  (error?.issues ?? []).map(({ path, message }) => ({ path: path.join('.'), message }));
