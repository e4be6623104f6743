-- Up Migration

-- A replay goes to the one queue that its message died in, and carries the bytes that died: they need not be JSON.
ALTER TABLE outbox
  ADD COLUMN queue text,
  -- The dead letter that is replayed: should the message die again, it says so.
  ADD COLUMN replay_of uuid,
  ADD COLUMN content bytea,
  ALTER COLUMN body DROP NOT NULL,
  ALTER COLUMN version DROP NOT NULL,
  ADD CONSTRAINT outbox_has_one_content CHECK (num_nonnulls(body, content) = 1),
  ADD CONSTRAINT outbox_replays_content CHECK (num_nonnulls(queue, replay_of, content) IN (0, 3));
