-- Up Migration

CREATE TABLE payment (
  id             uuid PRIMARY KEY,
  order_id       uuid NOT NULL,
  buyer_id       uuid NOT NULL,
  provider       text NOT NULL CHECK (provider IN ('KAKAOPAY')),
  status         text NOT NULL CHECK (status IN ('READY', 'APPROVING', 'APPROVED', 'DECLINED', 'CANCELLED', 'REFUNDING',
                   'PARTIALLY_REFUNDED', 'REFUNDED')),
  amount         bigint NOT NULL CHECK (amount > 0),
  -- The provider's name for it.
  tid            text NOT NULL UNIQUE,
  redirect_url   text NOT NULL,
  -- What the provider gave the buyer's browser, encrypted; kept only while APPROVING.
  token          bytea,
  -- How often it went to APPROVING: a message about an earlier time never undoes a later one.
  attempt        integer NOT NULL DEFAULT 0,
  decline_reason text,
  approved_at    timestamptz,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  -- The provider's own window for paying ends here.
  window_ends_at timestamptz NOT NULL,
  -- When the provider is asked (again) what became of it; also the lease of whoever is deciding it.
  look_at        timestamptz,
  looks          integer NOT NULL DEFAULT 0
);
-- One payment of an order is decided or has been approved, never two.
CREATE UNIQUE INDEX payment_one_per_order ON payment (order_id) WHERE status IN ('APPROVING', 'APPROVED');
-- A READY payment by the same provider is given again, not doubled.
CREATE UNIQUE INDEX payment_one_ready ON payment (order_id, provider) WHERE status = 'READY';
CREATE INDEX payment_by_order ON payment (order_id, created_at);
CREATE INDEX payment_to_look_at ON payment (look_at) WHERE look_at IS NOT NULL;

CREATE TABLE refund (
  -- Once for each key, however often it is asked.
  key          text PRIMARY KEY,
  number       bigint GENERATED ALWAYS AS IDENTITY,
  payment_id   uuid NOT NULL REFERENCES payment,
  order_id     uuid NOT NULL,
  amount       bigint NOT NULL CHECK (amount > 0),
  reason       text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT now(),
  refunded_at  timestamptz,
  -- When it is tried (again); also the lease of whoever is trying. Null once done.
  try_at       timestamptz DEFAULT now(),
  tries        integer NOT NULL DEFAULT 0
);
CREATE INDEX refund_by_payment ON refund (payment_id, number);
CREATE INDEX refund_to_try ON refund (try_at) WHERE refunded_at IS NULL;

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
