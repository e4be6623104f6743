-- Up Migration

CREATE TABLE wish (
  user_id    uuid NOT NULL,
  product_id uuid NOT NULL REFERENCES product,
  wished_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- The opening that its person was told of last, as the search for who is still to be told sees it.
  told_of    timestamptz NOT NULL DEFAULT '-infinity',
  PRIMARY KEY (user_id, product_id)
);
CREATE INDEX wish_by_time ON wish (user_id, wished_at DESC, product_id DESC);
-- Who is told moves out of the range that is looked at: it costs nothing once everybody is.
CREATE INDEX wish_to_tell ON wish (product_id, told_of);

-- Who has been told that a sale opens, and of which opening: the truth, kept when the wish is taken back.
CREATE TABLE wish_reminder (
  product_id uuid NOT NULL REFERENCES product,
  user_id    uuid NOT NULL,
  opens_at   timestamptz NOT NULL,
  PRIMARY KEY (product_id, user_id)
);
CREATE INDEX wish_reminder_by_user ON wish_reminder (user_id);
CREATE INDEX wish_reminder_by_opening ON wish_reminder (opens_at);

-- Accounts that are no more: nothing is kept of them from then on. Needed as long as a request of theirs may be under way.
CREATE TABLE deleted_account (
  user_id    uuid PRIMARY KEY,
  deleted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX deleted_account_by_time ON deleted_account (deleted_at);
