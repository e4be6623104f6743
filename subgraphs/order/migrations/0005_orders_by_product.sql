-- Up Migration

-- A rebuild pages through a product's lines by order.
CREATE INDEX order_line_by_product_and_order ON order_line (product_id, order_id);
DROP INDEX order_line_by_product;
