import type { Transaction } from '@stampede/shared/database';
import { codeOf } from '../cancellation/reason-code.js';

/**
 * Why an order is cancelled, as it may be written down: once its buyer's account is gone, nobody's own words. The job
 * that forgets them may have looked at that account for the last time; after a deletion that this does not see yet, it
 * has not (`forgetWhenEnded`).
 */
export async function reasonToKeep(tx: Transaction, buyerId: string, reason: string): Promise<string> {
  const code = codeOf(reason);
  if (code === reason) return reason;
  const gone = await tx.query('SELECT FROM deleted_account WHERE id = $1', [buyerId]);
  return gone.length > 0 ? code : reason;
}
