-- Up Migration

-- A seller's orders and a product's are found by their lines, in the order of time: among all that were ever placed,
-- those of who sells little are far apart. Lines have their order's time, as both say now() of one transaction.
DROP INDEX order_line_by_seller;
ALTER TABLE order_line ADD COLUMN placed_at timestamptz NOT NULL DEFAULT now();
UPDATE order_line SET placed_at = orders.placed_at FROM orders WHERE orders.id = order_id;
CREATE INDEX order_line_by_seller_and_time ON order_line (seller_id, placed_at, order_id);
-- With the seller, so that one product's orders of one seller are found in the index alone.
CREATE INDEX order_line_by_product_and_time ON order_line (product_id, placed_at, order_id) INCLUDE (seller_id);
