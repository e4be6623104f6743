-- Up Migration

-- Where an order's parcel goes, as it was said when the order was placed; sealed. Its id is the order's.
CREATE TABLE shipping_address (
  id      uuid PRIMARY KEY REFERENCES orders,
  address bytea NOT NULL
);

-- Whose account is gone. What is kept of their orders still under way goes when these have ended.
CREATE TABLE deleted_account (
  id         uuid PRIMARY KEY,
  deleted_at timestamptz NOT NULL DEFAULT now()
);
