-- Up Migration

-- None of these tables refers to product: the check of a new row would wait for whoever has the product's
-- row locked, and hold up what is noted of all the others. Products are never deleted.

-- Stock as a look at Redis last found it: for when Redis is away.
CREATE TABLE stock_seen (
  product_id  uuid PRIMARY KEY,
  total       integer NOT NULL,
  available   integer NOT NULL,
  held        integer NOT NULL,
  sold        integer NOT NULL,
  as_of       timestamptz NOT NULL,
  -- When the last unit was taken, the last time that it was.
  sold_out_at timestamptz
)
-- Room for the next looks beside the rows: they are rewritten all the time.
WITH (fillfactor = 70);

-- How a sale went by the second, for the seconds in which something happened.
CREATE TABLE sale_point (
  product_id uuid NOT NULL,
  at         timestamptz NOT NULL,
  available  integer,
  held       integer,
  sold       integer,
  decisions  integer NOT NULL DEFAULT 0,
  PRIMARY KEY (product_id, at)
);
CREATE INDEX sale_point_by_time ON sale_point (at, product_id);

CREATE TABLE sale_refusal (
  product_id uuid NOT NULL,
  reason     text NOT NULL,
  count      bigint NOT NULL,
  PRIMARY KEY (product_id, reason)
);
