-- Up Migration

-- Whoever comes by a social provider may have no address that is proven theirs: then `email` is empty, or holds one
-- that waits to be verified, without an index, since only a verified address finds an account. Of a deleted account
-- there remain the id, that orders and books name, and what a SELLER was called.
ALTER TABLE account
  ALTER COLUMN email DROP NOT NULL,
  ALTER COLUMN email_index DROP NOT NULL,
  ALTER COLUMN name DROP NOT NULL,
  ADD COLUMN language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'ko')),
  ADD COLUMN deleted_at timestamptz,
  ADD CHECK (name IS NOT NULL OR deleted_at IS NOT NULL),
  ADD CHECK (deleted_at IS NULL OR num_nonnulls(email, email_index, name, phone, password_hash) = 0);

CREATE INDEX account_listed ON account (created_at, id) WHERE deleted_at IS NULL;

-- A link that was mailed, good once. Of its token only the SHA-256 hash is kept. Whoever follows a SIGN_UP link
-- completes exactly the sign-up that mailed it, with its name and its password; a VERIFY link proves the address of an
-- account that is there already; a RESET link names nobody: whose address it is shows when it is used, so that asking
-- for one takes as long whether or not there is an account.
CREATE TABLE mail_link (
  id uuid PRIMARY KEY,
  purpose text NOT NULL CHECK (purpose IN ('SIGN_UP', 'VERIFY', 'RESET')),
  token_hash bytea NOT NULL UNIQUE,
  email bytea NOT NULL,
  email_index bytea NOT NULL,
  account_id uuid REFERENCES account ON DELETE CASCADE,
  name bytea,
  phone bytea,
  password_hash text,
  language text NOT NULL CHECK (language IN ('en', 'ko')),
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  CHECK ((purpose = 'VERIFY') = (account_id IS NOT NULL)),
  CHECK ((purpose = 'SIGN_UP') = (name IS NOT NULL AND password_hash IS NOT NULL))
);

CREATE INDEX mail_link_address ON mail_link (email_index, created_at);
CREATE INDEX mail_link_expiry ON mail_link (expires_at);

-- Mail that waits to be sent: written in the transaction of its cause, sent by whoever claims it, deleted when it is
-- sent. Whom it goes to and what it says are sealed.
CREATE TABLE mail (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  recipient bytea NOT NULL,
  language text NOT NULL CHECK (language IN ('en', 'ko')),
  content bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  attempts int NOT NULL DEFAULT 0,
  -- Claimed until then, or not to be tried before.
  due_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX mail_due ON mail (due_at);

-- A sign-in that was begun at a provider. The state comes back once; only its SHA-256 hash is kept.
CREATE TABLE social_sign_in (
  state_hash bytea PRIMARY KEY,
  provider text NOT NULL CHECK (provider IN ('KAKAO', 'NAVER')),
  redirect_uri text NOT NULL,
  -- PKCE's, sealed with the state's hash (hex) as its row: it is worth something until it is used.
  code_verifier bytea NOT NULL,
  nonce text NOT NULL,
  -- Who was signed in: a link is made for them and nobody else.
  account_id uuid REFERENCES account ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);

CREATE INDEX social_sign_in_expiry ON social_sign_in (expires_at);

-- Who has been ended lately: gateways refuse their access tokens.
CREATE INDEX session_ended ON session (ended_at) WHERE ended_at IS NOT NULL;
