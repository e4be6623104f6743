-- Up Migration

-- Where an order's parcel goes, as it was said when the order was placed; sealed. Its id is the order's.
CREATE TABLE shipping_address (
  id      uuid PRIMARY KEY REFERENCES orders,
  address bytea NOT NULL
);

-- Whose account is gone. What is kept of their orders still under way goes when these have ended.
CREATE TABLE deleted_account (
  id         uuid PRIMARY KEY,
  deleted_at timestamptz NOT NULL DEFAULT now(),
  -- Since when there is nothing left to forget of it; null while there may be.
  erased_at  timestamptz
);
CREATE INDEX deleted_account_to_erase ON deleted_account (id) WHERE erased_at IS NULL;

-- How far what is sealed has been looked through for other keys than the one that seals now: one row, since keys are
-- changed one after the other. As in the user service, which seals by keys of its own.
CREATE TABLE resealing (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  -- The key that seals now, as whoever started last has it.
  key_id     text NOT NULL,
  began_at   timestamptz NOT NULL DEFAULT now(),
  -- Which of the tables, and after which of its rows: the nil UUID is before all of them.
  at_table   int NOT NULL DEFAULT 0,
  after_id   uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  -- Of this round: values by the key that seals them now, those that do not open, those that changed meanwhile.
  counted    jsonb NOT NULL DEFAULT '{}',
  resealed   bigint NOT NULL DEFAULT 0,
  unreadable bigint NOT NULL DEFAULT 0,
  missed     bigint NOT NULL DEFAULT 0,
  -- Null while the round goes on.
  ended_at   timestamptz,
  -- What the last round that ended found.
  last_began_at timestamptz,
  last_counted  jsonb NOT NULL DEFAULT '{}'
);
