-- Up Migration

ALTER TABLE payment RENAME COLUMN tid TO provider_id;
ALTER TABLE payment
  DROP CONSTRAINT payment_provider_check,
  ADD CONSTRAINT payment_provider_check CHECK (provider IN ('KAKAOPAY', 'TOSS_PAYMENTS')),
  -- The provider's name for it: KakaoPay's tid; Toss Payments' paymentKey, which is known once it has approved.
  ALTER COLUMN provider_id DROP NOT NULL,
  -- What our own page of a payment shows, and where it leads.
  ADD COLUMN item_name text,
  ADD COLUMN return_url text;

ALTER TABLE refund
  -- What of it each seller's lines give back; null: in proportion.
  ADD COLUMN shares jsonb;
