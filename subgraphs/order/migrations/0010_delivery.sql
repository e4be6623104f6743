-- Up Migration

-- From when the wait for the next step of the delivery counts; null: nothing is to be delivered, or nothing yet.
ALTER TABLE orders ADD COLUMN delivery_since timestamptz;
-- What is confirmed already waits from now on; where it is of goods, that is, which have no day of use.
UPDATE orders SET delivery_since = now() WHERE status = 'CONFIRMED'
  AND EXISTS (SELECT FROM order_line WHERE order_id = orders.id AND refund_policy->>'usedOn' IS NULL);
CREATE INDEX orders_to_deliver ON orders (status, delivery_since)
  WHERE status IN ('CONFIRMED', 'PREPARING', 'SHIPPED') AND delivery_since IS NOT NULL;

CREATE TABLE delivery (
  order_id        uuid PRIMARY KEY REFERENCES orders,
  carrier         text NOT NULL,
  tracking_number text NOT NULL,
  -- Raised by each correction of the two.
  revision        int NOT NULL DEFAULT 1,
  shipped_at      timestamptz NOT NULL DEFAULT now(),
  delivered_at    timestamptz
);
