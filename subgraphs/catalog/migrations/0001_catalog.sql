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

-- What committed changes mean for Redis, until it has been told.
CREATE TABLE stock_effect (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id  uuid NOT NULL,
  epoch       bigint NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('undo', 'end', 'commit', 'return', 'settings')),
  order_id    uuid,
  hold_epoch  bigint,
  hold_serial bigint,
  settings    jsonb,
  due_at      timestamptz NOT NULL DEFAULT now(),
  attempts    integer NOT NULL DEFAULT 0
);
CREATE INDEX stock_effect_due ON stock_effect (due_at, id);

-- What a transaction says to other services; written with its cause, published by the relay.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id uuid NOT NULL,
  routing_key text NOT NULL,
  version integer NOT NULL,
  body jsonb NOT NULL,
  request_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Until then one relay has the row to itself; afterwards any may take it.
  leased_until timestamptz,
  published_at timestamptz
) WITH (
  -- Every row is updated twice and deleted within hours: leave room on its page, and vacuum early.
  fillfactor = 70,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX outbox_unpublished ON outbox (id) WHERE published_at IS NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;

-- What has had its effect here; written with the effect, so that a second delivery has none.
CREATE TABLE inbox (
  message_id uuid NOT NULL,
  queue text NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (message_id, queue)
);
CREATE INDEX inbox_handled ON inbox (handled_at);
