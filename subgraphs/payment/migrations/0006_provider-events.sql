-- Up Migration

-- What a provider told by itself, once for each time that it did. Nothing of what it said is kept: it is a hint.
CREATE TABLE provider_event (
  -- The provider's name of the transmission; a digest of the body where it has none.
  transmission_id text PRIMARY KEY,
  payment_id      uuid NOT NULL REFERENCES payment,
  received_at     timestamptz NOT NULL DEFAULT now(),
  -- When the provider is asked whether it gave back more than we asked for; also the lease of whoever asks. Null: never (again).
  check_at        timestamptz,
  tries           integer NOT NULL DEFAULT 0
);
CREATE INDEX provider_event_by_payment ON provider_event (payment_id);
CREATE INDEX provider_event_by_age ON provider_event (received_at);
CREATE INDEX provider_event_to_check ON provider_event (check_at) WHERE check_at IS NOT NULL;
