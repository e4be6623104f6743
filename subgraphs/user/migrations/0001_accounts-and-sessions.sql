-- Up Migration

-- bytea columns named after what a person told us hold sealed envelopes (AES-256-GCM, bound to table, column and
-- row): no one reads them from the database alone. An *_index column finds a sealed value by equality, as a keyed
-- HMAC.

CREATE TABLE account (
  id uuid PRIMARY KEY,
  email bytea NOT NULL,
  email_index bytea NOT NULL UNIQUE,
  name bytea NOT NULL,
  phone bytea,
  -- argon2id, in PHC format; null for who signs in by a social provider only.
  password_hash text,
  role text NOT NULL CHECK (role IN ('BUYER', 'SELLER', 'OPERATOR')),
  email_verified_at timestamptz,
  -- What everyone may read of who sells.
  display_name text,
  created_at timestamptz NOT NULL DEFAULT now(),
  CHECK (role <> 'SELLER' OR display_name IS NOT NULL)
);

-- One signed-in device. Of its refresh tokens only SHA-256 hashes are kept.
CREATE TABLE session (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  device text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at timestamptz,
  -- Of the half that all refresh tokens of the session share: it recognises every token that was rotated away.
  refresh_family bytea NOT NULL UNIQUE,
  refresh_hash bytea NOT NULL,
  previous_refresh_hash bytea,
  -- With the previous token itself, which is not kept, it makes the current one again: for an answer that was lost.
  rotation_salt bytea,
  rotated_at timestamptz
);

CREATE INDEX session_live ON session (account_id) WHERE ended_at IS NULL;

CREATE TABLE address (
  id uuid PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  label bytea,
  recipient bytea NOT NULL,
  phone bytea NOT NULL,
  postal_code bytea NOT NULL,
  line1 bytea NOT NULL,
  line2 bytea,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX address_account ON address (account_id);

CREATE TABLE social_link (
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  provider text NOT NULL CHECK (provider IN ('KAKAO', 'NAVER')),
  -- The provider's id of the person, blind: one person there is one account here.
  subject_index bytea NOT NULL,
  linked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, provider),
  UNIQUE (provider, subject_index)
);
