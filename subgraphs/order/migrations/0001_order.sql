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
