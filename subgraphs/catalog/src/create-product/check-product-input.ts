import { idempotencyKey } from '../idempotency-key.js';
import type { ProductInput } from './product-input.js';
import { fieldRules, problemsOf, problemsOfTimes, refuse } from './product-rules.js';

const rules = fieldRules.extend({ idempotencyKey: idempotencyKey.nullish() });

/** @throws BAD_USER_INPUT with every field that breaks a rule. */
export function checkProductInput(input: ProductInput): void {
  const { success, error } = rules.safeParse(input);
  refuse('input', success ? problemsOfTimes(input) : problemsOf(error));
}
