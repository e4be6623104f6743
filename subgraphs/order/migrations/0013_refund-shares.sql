-- Up Migration

ALTER TABLE refund
  -- [{sellerId, amount}]: what each seller's lines give back; null of the order as a whole.
  ADD COLUMN shares jsonb;
