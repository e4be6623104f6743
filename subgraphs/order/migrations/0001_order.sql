-- Up Migration

-- What an order line copies from a product, and the epoch of the product's stock in Redis.
CREATE TABLE listing (
  product_id    uuid PRIMARY KEY,
  epoch         bigint NOT NULL DEFAULT 0,
  -- 0: the epoch has been raised, and catalog has not told the rest yet.
  version       integer NOT NULL DEFAULT 0,
  seller_id     uuid,
  name          text,
  unit_price    bigint,
  refund_policy jsonb
);

CREATE SEQUENCE order_number START 1073741824;

CREATE TABLE orders (
  id                  uuid PRIMARY KEY,
  number              bigint NOT NULL UNIQUE DEFAULT nextval('order_number'),
  buyer_id            uuid NOT NULL,
  -- Of the basket: the same idempotency key with another basket is a conflict.
  digest              text NOT NULL,
  status              text NOT NULL CHECK (status IN ('PENDING_PAYMENT', 'PAID', 'CONFIRMED', 'PREPARING', 'SHIPPED',
                        'DELIVERED', 'EXPIRED', 'CANCELLED', 'REFUNDING', 'REFUNDED')),
  total               bigint NOT NULL CHECK (total >= 0),
  pay_by              timestamptz NOT NULL,
  -- The payment that is being decided; until it is, the order neither expires nor is cancelled.
  deciding_payment_id uuid,
  deciding_attempt    integer,
  deciding_since      timestamptz,
  paid_payment_id     uuid,
  cancel_requested_at timestamptz,
  cancel_reason       text,
  placed_at           timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_to_expire ON orders (pay_by) WHERE status = 'PENDING_PAYMENT' AND deciding_payment_id IS NULL;
CREATE INDEX orders_by_buyer ON orders (buyer_id, placed_at DESC, id DESC);
CREATE INDEX orders_by_time ON orders (placed_at DESC, id DESC);

CREATE TABLE order_line (
  order_id      uuid NOT NULL REFERENCES orders,
  product_id    uuid NOT NULL,
  quantity      integer NOT NULL CHECK (quantity > 0),
  unit_price    bigint NOT NULL,
  product_name  text NOT NULL,
  seller_id     uuid NOT NULL,
  refund_policy jsonb NOT NULL,
  PRIMARY KEY (order_id, product_id)
);
CREATE INDEX order_line_by_product ON order_line (product_id);
CREATE INDEX order_line_by_seller ON order_line (seller_id);

-- Every hold that Redis gave and PostgreSQL heard of, by its name; the first row of a name wins.
CREATE TABLE hold (
  product_id uuid NOT NULL,
  epoch      bigint NOT NULL,
  serial     bigint NOT NULL,
  order_id   uuid NOT NULL,
  state      text NOT NULL CHECK (state IN ('PLACED', 'ABANDONED')),
  PRIMARY KEY (product_id, epoch, serial)
);
CREATE UNIQUE INDEX hold_placed ON hold (order_id, product_id) WHERE state = 'PLACED';

CREATE TABLE order_event (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id uuid NOT NULL REFERENCES orders,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  status   text NOT NULL,
  reason   text
);
CREATE INDEX order_event_by_order ON order_event (order_id, id);

-- Every refund that order has asked for; its key makes it one, however often it is asked or answered.
CREATE TABLE refund (
  key          text PRIMARY KEY,
  order_id     uuid NOT NULL,
  payment_id   uuid NOT NULL,
  amount       bigint NOT NULL CHECK (amount > 0),
  reason       text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  refunded_at  timestamptz
);
CREATE INDEX refund_by_order ON refund (order_id);

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
