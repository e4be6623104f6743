-- Up Migration

-- What a person means to buy, on whichever device they say so. Prices and names are looked up when it is shown.
CREATE TABLE cart_line (
  buyer_id   uuid NOT NULL,
  product_id uuid NOT NULL,
  quantity   integer NOT NULL CHECK (quantity > 0),
  -- When the line came into being, under the lock of the buyer's cart: no two lines of a cart have the same.
  added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (buyer_id, product_id)
);
