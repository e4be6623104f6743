import type { Database, Transaction } from '@stampede/shared/database';
import { saleOpening } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';

/** People in one message, whose mails the user service queues in one transaction. */
const AT_ONCE = 500;
/** Products a round: a thousand sales that open at the same time are worked off one round after another. */
const MOST_PRODUCTS = 20;

/** A mail of the last minute would come too late. */
const OPENS_SOON = `opens_at > now() + interval '1 minute' AND opens_at <= now() + interval '10 minutes'
    AND NOT paused AND (closes_at IS NULL OR closes_at > opens_at)`;

/**
 * A wisher counts as told of an opening when they were told of one less than an hour before it: a sale that is moved
 * to and fro is no storm of mails.
 *
 * LATERAL, LIMIT and an order look into the index of wishes once for each sale that opens soon. Without either, the
 * planner may choose a walk over all wishes that there are.
 */
export const OPENING_SOON = `SELECT id FROM product
   CROSS JOIN LATERAL (SELECT FROM wish
      WHERE wish.product_id = product.id AND told_of <= product.opens_at - interval '1 hour'
      ORDER BY told_of LIMIT 1) AS untold
  WHERE ${OPENS_SOON} AND id <> ALL ($2::uuid[])
  ORDER BY opens_at LIMIT $1`;

/** The sale as it is told of: its settings stay until that is committed. One that is being changed is found again. */
const STILL_OPENS = `SELECT name, opens_at AS "opensAt" FROM product
  WHERE id = $1 AND ${OPENS_SOON} FOR SHARE SKIP LOCKED`;

/** Who is in somebody's hands (another replica's, or taking the wish back) is left out, and found again if need be. */
const CLAIM = `WITH untold AS (
     SELECT user_id FROM wish WHERE product_id = $1 AND told_of <= $2::timestamptz - interval '1 hour'
      ORDER BY told_of LIMIT $3 FOR UPDATE SKIP LOCKED)
   UPDATE wish SET told_of = $2 FROM untold WHERE wish.user_id = untold.user_id AND wish.product_id = $1
   RETURNING wish.user_id AS "userId"`;

/** Gives those who have not been told: a wish that was taken back and made again does not know. */
const RECORD = `INSERT INTO wish_reminder (product_id, user_id, opens_at)
   SELECT $1, user_id, $2 FROM unnest($3::uuid[]) AS told (user_id)
   ON CONFLICT (product_id, user_id) DO UPDATE SET opens_at = excluded.opens_at
     WHERE wish_reminder.opens_at <= excluded.opens_at - interval '1 hour'
   RETURNING user_id AS "userId"`;

/**
 * Tells of each sale that opens within ten minutes up to 500 of its wishers who have not been told. Any number of
 * replicas may do so at once. A sale that cannot be told of, or whose wishers are all in somebody's hands, keeps none
 * of the others back.
 *
 * @param told is called with how many were told, once that is committed.
 * @returns how many wishes were looked at; 0: there is nothing to do.
 * @throws why a sale cannot be told of, once the others are.
 */
export async function remindWishers(database: Database, told: (people: number) => void): Promise<number> {
  const tried: string[] = [];
  const failures: unknown[] = [];
  let found = 0;
  let sales: { id: string }[];
  do {
    sales = await database.query<{ id: string }>(OPENING_SOON, [MOST_PRODUCTS, tried]);
    for (const { id } of sales) {
      tried.push(id);
      try {
        found += await database.transaction('remind-wishers', (tx) => tellOf(tx, id, told));
      } catch (error) {
        failures.push(error);
      }
    }
  } while (found === 0 && sales.length === MOST_PRODUCTS);
  // Thrown, it would have the next round wait: as long as others are told, the failure comes again.
  if (found === 0 && failures.length > 0) throw failures[0];
  return found;
}

async function tellOf(tx: Transaction, productId: string, told: (people: number) => void): Promise<number> {
  const [sale] = await tx.query<{ name: string; opensAt: Date }>(STILL_OPENS, [productId]);
  if (!sale) return 0;
  const { name, opensAt } = sale;
  const claimed = idsOf(await tx.query<Wisher>(CLAIM, [productId, opensAt, AT_ONCE]));
  if (claimed.length === 0) return 0;
  const userIds = idsOf(await tx.query<Wisher>(RECORD, [productId, opensAt, claimed]));
  if (userIds.length > 0) {
    await appendToOutbox(tx, saleOpening, { productId, name, opensAt: opensAt.toISOString(), userIds });
    tx.afterCommit(() => told(userIds.length));
  }
  return claimed.length;
}

interface Wisher {
  userId: string;
}

const idsOf = (wishers: readonly Wisher[]) => wishers.map(({ userId }) => userId);
