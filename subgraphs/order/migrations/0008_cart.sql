-- Up Migration

-- What a person means to buy, on whichever device they say so.
CREATE TABLE cart_line (
  buyer_id   uuid NOT NULL,
  product_id uuid NOT NULL,
  quantity   integer NOT NULL CHECK (quantity > 0),
  added_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (buyer_id, product_id)
);
