-- Up Migration

-- A person is told everything that is kept of them.
CREATE INDEX payment_by_buyer ON payment (buyer_id, created_at DESC, id DESC);
