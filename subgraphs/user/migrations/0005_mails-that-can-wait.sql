-- Up Migration

-- Of mails that are queued by the thousand: whoever waits for a link goes first.
ALTER TABLE mail ADD COLUMN bulk boolean NOT NULL DEFAULT false;
DROP INDEX mail_due;
CREATE INDEX mail_due ON mail (bulk, due_at);
