-- Up Migration

-- What somebody asked to be added to a product's units, or taken back from those that are not sold.
CREATE TABLE restock (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id      uuid NOT NULL REFERENCES product,
  idempotency_key text NOT NULL,
  quantity        integer NOT NULL CHECK (quantity <> 0),
  -- PENDING: units are to be taken back as soon as a rebuild knows how many are held. DONE: the total has changed.
  -- REFUSED: fewer could be taken back than were asked for.
  state           text NOT NULL CHECK (state IN ('PENDING', 'DONE', 'REFUSED')),
  -- How many units could have been taken back when it was refused.
  takeable        integer CHECK ((takeable IS NOT NULL) = (state = 'REFUSED')),
  asked_at        timestamptz NOT NULL DEFAULT now(),
  decided_at      timestamptz CHECK ((decided_at IS NULL) = (state = 'PENDING')),
  UNIQUE (product_id, idempotency_key)
);
CREATE INDEX restock_pending ON restock (product_id, id) WHERE state = 'PENDING';

-- A rebuild pages through a product's orders by their ids.
CREATE INDEX stock_order_line_by_product_and_order ON stock_order_line (product_id, order_id);
DROP INDEX stock_order_line_by_product;
