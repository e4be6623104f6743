-- Up Migration

-- Stock as a look at Redis last found it: for when Redis is away.
CREATE TABLE stock_seen (
  product_id  uuid PRIMARY KEY REFERENCES product,
  total       integer NOT NULL,
  available   integer NOT NULL,
  held        integer NOT NULL,
  sold        integer NOT NULL,
  as_of       timestamptz NOT NULL,
  -- When the last unit was taken, the last time that it was.
  sold_out_at timestamptz
);

-- How a sale went by the second, for the seconds in which something happened.
CREATE TABLE sale_point (
  product_id uuid NOT NULL REFERENCES product,
  at         timestamptz NOT NULL,
  available  integer,
  held       integer,
  sold       integer,
  decisions  integer NOT NULL DEFAULT 0,
  PRIMARY KEY (product_id, at)
);
CREATE INDEX sale_point_by_time ON sale_point (at);

CREATE TABLE sale_refusal (
  product_id uuid NOT NULL REFERENCES product,
  reason     text NOT NULL,
  count      bigint NOT NULL,
  PRIMARY KEY (product_id, reason)
);
