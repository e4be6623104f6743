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
