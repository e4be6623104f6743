import type { Sql } from '../database/index.js';

/**
 * Every change that touches a product's stock takes this lock first, shared, and reads the product's epoch in a
 * statement after it (the lock's own snapshot is older than its wait). It ends with the transaction, and is
 * never held across a network call.
 *
 * An advisory lock queues fairly behind a waiting rebuild; `FOR SHARE` on a row does not: under load the rebuild
 * starved for 6 s, against 26 ms.
 */
export async function lockStock(tx: Sql, productId: string): Promise<void> {
  await tx.run(`SELECT pg_advisory_xact_lock_shared(hashtextextended('stock:' || $1, 0))`, [productId]);
}

/**
 * {@link lockStock} of several products, in the order of their ids, which is the one in which every service takes them;
 * one statement, and none where there are none.
 */
export async function lockStocks(tx: Sql, productIds: ReadonlySet<string>): Promise<void> {
  if (productIds.size === 0) return;
  await tx.run(
    `SELECT pg_advisory_xact_lock_shared(hashtextextended('stock:' || id, 0))
     FROM unnest($1::text[]) AS id`,
    [[...productIds].toSorted()],
  );
}

/** A rebuild's side of {@link lockStock}: waits until every change under way has committed. */
export async function lockStockExclusively(tx: Sql, productId: string): Promise<void> {
  await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('stock:' || $1, 0))`, [productId]);
}
