-- Up Migration

-- All orders are the newest of each status: one index for both lists. Apart from what is done to the lines, and the
-- stronger lock first: whoever places an order has `orders` first, and must not be waited for with its lines in hand.
DROP INDEX orders_by_time;
CREATE INDEX orders_by_status_and_time ON orders (status, placed_at, id);
