-- Up Migration

-- Since when catalog is to unsell the order's units; until stock.returned, order.cancelled is told again and again.
ALTER TABLE orders ADD COLUMN returning_since timestamptz;
-- Of the orders so far nobody has noted it: catalog says it once more.
UPDATE orders SET returning_since = updated_at WHERE status IN ('REFUNDING', 'REFUNDED');
CREATE INDEX orders_returning ON orders (returning_since) WHERE returning_since IS NOT NULL;
