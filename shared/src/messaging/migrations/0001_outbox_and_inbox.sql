-- Up Migration

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
