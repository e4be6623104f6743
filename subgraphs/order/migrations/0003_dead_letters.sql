-- Up Migration

-- Every message that any service gave up, and what became of it.
CREATE TABLE dead_letter (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  message_id    uuid NOT NULL,
  service       text NOT NULL,
  queue         text NOT NULL,
  routing_key   text NOT NULL,
  version       integer,
  request_id    text,
  reason        text NOT NULL,
  attempts      integer NOT NULL,
  died_at       timestamptz NOT NULL,
  -- As it came, whatever bytes; the first megabyte of a longer one, which cannot be replayed.
  body          bytea NOT NULL,
  whole         boolean NOT NULL,
  -- The dead letter of which this message was a replay.
  replay_of     uuid,
  status        text NOT NULL DEFAULT 'OPEN' CHECK (status IN ('OPEN', 'REPLAYED', 'DISCARDED')),
  closed_at     timestamptz,
  closed_by     uuid,
  closed_reason text,
  -- A message dies once in a queue, and once more for each replay: any other delivery tells of the same death.
  UNIQUE NULLS NOT DISTINCT (message_id, queue, replay_of)
);
CREATE INDEX dead_letter_open ON dead_letter (died_at DESC, id DESC) WHERE status = 'OPEN';
