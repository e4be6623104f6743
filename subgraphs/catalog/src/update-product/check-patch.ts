import type { FieldProblem } from '@stampede/shared/errors';
import { isDeepStrictEqual } from 'node:util';
import type { SettingsChange } from '../change-settings.js';
import type { Told } from '../create-product/product-columns.js';
import { fieldRules, problemsOf, problemsOfTimes, refuse } from '../create-product/product-rules.js';
import type { ProductRow } from '../product-row.js';
import type { ProductPatch } from './product-patch.js';

const rules = fieldRules.omit({ stock: true }).partial();
/** What createProduct cannot do without. */
const NEVER_NULL = ['name', 'brands', 'price', 'opensAt'] as const;

/**
 * Checks each field of a patch by itself.
 *
 * @returns it, knowing that what cannot be null is not.
 * @throws BAD_USER_INPUT with every field that breaks a rule
 */
export function checkPatch(patch: ProductPatch): Told {
  const nulls = NEVER_NULL.filter((field) => patch[field] === null);
  const rest = Object.entries(patch).filter(([field]) => !nulls.some((isNull) => isNull === field));
  refuse('patch', [
    ...nulls.map((path) => ({ path, message: 'cannot be taken away.' })),
    ...problemsOf(rules.safeParse(Object.fromEntries(rest)).error),
  ]);
  return patch as Told;
}

/** Of new columns, those that are not so already. */
export function whatDiffers(row: ProductRow, columns: SettingsChange): SettingsChange {
  const standing = row as unknown as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(columns).filter(([column, value]) => !isDeepStrictEqual(value, standing[column])),
  );
}

/**
 * Checks a product's times as a patch leaves them: only what it changes. A sale that was closed before it opened has
 * a closing before its opening, and may still be given another name.
 *
 * @param now of the clock that opens sales, in ms
 */
export function problemsOfNewTimes(row: ProductRow, change: SettingsChange, now: number): FieldProblem[] {
  const { opens_at: opensAt, closes_at: closesAt, used_on: usedOn } = { ...row, ...change };
  const problems = problemsOfTimes({ opensAt, closesAt, usedOn }).filter(
    ({ path }) => change.opens_at || (path === 'closesAt' ? change.closes_at : change.used_on),
  );
  if (change.closes_at && change.closes_at.getTime() <= now) {
    problems.push({ path: 'closesAt', message: 'is still to come; closeSale closes a sale now.' });
  }
  return problems;
}
