-- Up Migration

CREATE TABLE product (
  id              uuid PRIMARY KEY,
  seller_id       uuid NOT NULL,
  name            text NOT NULL,
  description     text NOT NULL,
  brands          text[] NOT NULL,
  images          text[] NOT NULL,
  price           bigint NOT NULL CHECK (price >= 100),
  used_on         timestamptz,
  refund_tiers    jsonb NOT NULL,
  -- The sale's settings, as one version.
  version         integer NOT NULL DEFAULT 1,
  opens_at        timestamptz NOT NULL,
  closes_at       timestamptz CHECK (closes_at > opens_at),
  limit_per_buyer integer NOT NULL CHECK (limit_per_buyer > 0),
  hold_minutes    integer NOT NULL CHECK (hold_minutes > 0),
  paused          boolean NOT NULL DEFAULT false,
  -- The truth about stock. The check is the last guard against selling a unit twice.
  total           integer NOT NULL CHECK (total >= 0),
  sold            integer NOT NULL DEFAULT 0 CHECK (sold >= 0 AND sold <= total),
  epoch           bigint NOT NULL DEFAULT 0,
  idempotency_key text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (seller_id, idempotency_key)
);
CREATE INDEX product_by_opening ON product (opens_at DESC, id DESC);

-- One row for each order that catalog has heard of, whichever of its events came first.
CREATE TABLE stock_order (
  order_id   uuid PRIMARY KEY,
  buyer_id   uuid NOT NULL,
  -- COMMITTED: its units are sold. REJECTED: they could not be. RETURNED: unsold again.
  -- CANCELLED: it ended before it was paid here; a later order.paid finds this tombstone.
  status     text NOT NULL CHECK (status IN ('COMMITTED', 'REJECTED', 'RETURNED', 'CANCELLED')),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE stock_order_line (
  order_id    uuid NOT NULL REFERENCES stock_order,
  product_id  uuid NOT NULL REFERENCES product,
  quantity    integer NOT NULL CHECK (quantity > 0),
  hold_epoch  bigint NOT NULL,
  hold_serial bigint NOT NULL,
  PRIMARY KEY (order_id, product_id)
);
CREATE INDEX stock_order_line_by_product ON stock_order_line (product_id);
