-- Up Migration

ALTER TABLE payment
  -- When order said that this payment has paid it; until then payment.approved is told again and again.
  ADD COLUMN order_paid_at timestamptz,
  ADD COLUMN reminded_at timestamptz;
CREATE INDEX payment_unheard ON payment (updated_at) WHERE status = 'APPROVED' AND order_paid_at IS NULL;
