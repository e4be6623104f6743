-- Up Migration

-- Whose mail waits, so that a person's is found without opening everybody's: by the address, blind; and by the account
-- that is to prove an address with it. Both are null of what was queued before, which is gone within days.
ALTER TABLE mail
  ADD COLUMN recipient_index bytea,
  ADD COLUMN account_id uuid REFERENCES account ON DELETE CASCADE;

CREATE INDEX mail_recipient ON mail (recipient_index);
CREATE INDEX mail_account ON mail (account_id) WHERE account_id IS NOT NULL;
