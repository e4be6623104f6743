import { decisionsCounted } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';

/**
 * Points and refusals are written in one order by everybody, the points first: whoever else is at the same rows (another
 * replica, the mirror of stock) waits in a line and not in a ring. What is no product of ours is left out.
 */
const ADD_DECISIONS = `
  INSERT INTO sale_point (product_id, at, decisions)
  SELECT product_id, at, sum(counted.decisions)
  FROM unnest($1::uuid[], $2::timestamptz[], $3::integer[]) AS counted (product_id, at, decisions)
  JOIN product ON product.id = product_id
  GROUP BY product_id, at ORDER BY product_id, at
  ON CONFLICT (product_id, at) DO UPDATE SET decisions = sale_point.decisions + excluded.decisions`;
const ADD_REFUSALS = `
  INSERT INTO sale_refusal (product_id, reason, count)
  SELECT product_id, reason, sum(counted.count)
  FROM unnest($1::uuid[], $2::text[], $3::integer[]) AS counted (product_id, reason, count)
  JOIN product ON product.id = product_id
  GROUP BY product_id, reason ORDER BY product_id, reason
  ON CONFLICT (product_id, reason) DO UPDATE SET count = sale_refusal.count + excluded.count`;

/** Adds what a process of order has decided to the figures of the sales: two statements, however many products. */
export const onDecisionsCounted: Handler = on(decisionsCounted, async (tx, { products }) => {
  await tx.run(ADD_DECISIONS, [
    products.map(({ productId }) => productId),
    products.map(({ second }) => second),
    products.map(({ decisions }) => decisions),
  ]);
  const refusals = products.flatMap(({ productId, refused }) =>
    Object.entries(refused).map(([reason, count]) => ({ productId, reason, count })),
  );
  if (refusals.length === 0) return;
  await tx.run(ADD_REFUSALS, [
    refusals.map(({ productId }) => productId),
    refusals.map(({ reason }) => reason),
    refusals.map(({ count }) => count),
  ]);
});
