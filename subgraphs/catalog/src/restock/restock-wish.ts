import type { Sql } from '@stampede/shared/database';
import { badInput, conflict, type FieldProblem } from '@stampede/shared/errors';
import { idempotencyKey } from '../idempotency-key.js';

export const MAX_TOTAL = 1_000_000;

export interface RestockWish {
  productId: string;
  key: string;
  /** Units to add; negative: to take back. */
  quantity: number;
}

/** A wish as the table `restock` keeps it, which documents the states. */
export type RestockRow = { quantity: number; state: 'PENDING' } | DecidedRestock;
export type DecidedRestock = { quantity: number } & (
  { state: 'DONE' } | { state: 'REFUSED'; takeable: number }
);

/** @throws BAD_USER_INPUT with every argument that breaks a rule. */
export function checkRestock(quantity: number, key: string): void {
  const problems: FieldProblem[] = [];
  if (quantity === 0 || Math.abs(quantity) > MAX_TOTAL) {
    problems.push({ path: 'quantity', message: `is -${MAX_TOTAL} to ${MAX_TOTAL}, and not 0.` });
  }
  const checked = idempotencyKey.safeParse(key);
  for (const { message } of checked.error?.issues ?? []) problems.push({ path: 'idempotencyKey', message });
  if (problems.length > 0) throw badInput(...problems);
}

/** What is known of a wish, if anything. @throws IDEMPOTENCY_CONFLICT when its key was used for another quantity */
export async function readRestock(
  sql: Sql,
  { productId, key, quantity }: RestockWish,
): Promise<RestockRow | undefined> {
  const [known] = await sql.query<RestockRow>(
    'SELECT quantity, state, takeable FROM restock WHERE product_id = $1 AND idempotency_key = $2',
    [productId, key],
  );
  if (known && known.quantity !== quantity) {
    throw conflict('This idempotencyKey was used for another quantity.');
  }
  return known;
}
