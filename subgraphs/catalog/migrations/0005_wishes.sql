-- Up Migration

CREATE TABLE wish (
  user_id    uuid NOT NULL,
  product_id uuid NOT NULL REFERENCES product,
  wished_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (user_id, product_id)
);
CREATE INDEX wish_by_time ON wish (user_id, wished_at DESC, product_id DESC);
CREATE INDEX wish_by_product ON wish (product_id, user_id);

-- Who has been told that a sale opens, and of which opening; kept when the wish is taken back.
CREATE TABLE wish_reminder (
  product_id uuid NOT NULL REFERENCES product,
  user_id    uuid NOT NULL,
  opens_at   timestamptz NOT NULL,
  PRIMARY KEY (product_id, user_id)
);
CREATE INDEX wish_reminder_by_user ON wish_reminder (user_id);

-- Accounts that are no more: nothing is kept of them from then on.
CREATE TABLE deleted_account (
  user_id    uuid PRIMARY KEY,
  deleted_at timestamptz NOT NULL DEFAULT now()
);
