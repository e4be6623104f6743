-- Up Migration

-- What products are sorted under; operators keep them.
CREATE TABLE category (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name       text NOT NULL,
  -- The name without regard to case and form: no two of the same.
  name_key   text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE product
  ADD COLUMN category_id uuid REFERENCES category,
  -- The version in which what an order line copies (name, price, refund policy) last changed.
  ADD COLUMN terms_version integer NOT NULL DEFAULT 1,
  -- Of what the product was created with: the same key with anything else is a conflict.
  ADD COLUMN input_digest text,
  -- When price, limit or hold last changed, by the clock that opens sales; null: not since it was created.
  ADD COLUMN frozen_changed_at timestamptz,
  -- A sale may be closed before it has opened.
  DROP CONSTRAINT product_check;
CREATE INDEX product_by_category ON product (category_id, opens_at, id);
