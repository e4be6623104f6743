-- Up Migration

-- What stands still is told again, and when it last was.
ALTER TABLE orders
  ADD COLUMN paid_at timestamptz,
  ADD COLUMN reminded_at timestamptz;
UPDATE orders SET paid_at = updated_at WHERE status = 'PAID';
CREATE INDEX orders_paid ON orders (paid_at) WHERE status = 'PAID';
CREATE INDEX orders_deciding ON orders (deciding_since) WHERE deciding_payment_id IS NOT NULL;

ALTER TABLE refund ADD COLUMN reminded_at timestamptz;
CREATE INDEX refund_unanswered ON refund (requested_at) WHERE refunded_at IS NULL;
