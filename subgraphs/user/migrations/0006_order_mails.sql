-- Up Migration

-- What has been written to a buyer about an order, so that each thing is told once, however often its message comes.
CREATE TABLE order_mail (
  order_id  uuid NOT NULL,
  -- Of the mail.
  kind      text NOT NULL,
  -- Which of several of a kind: a refund's key, a delivery's revision.
  about     text NOT NULL DEFAULT '',
  queued_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, kind, about)
);

-- Whose turn it is among the mails that are due, the lowest first: 0 of what somebody waits for at a screen, 1 of what
-- is written about orders, 2 of reminders.
ALTER TABLE mail ADD COLUMN turn smallint NOT NULL DEFAULT 0;
UPDATE mail SET turn = 2 WHERE bulk;
DROP INDEX mail_due;
ALTER TABLE mail DROP COLUMN bulk;
CREATE INDEX mail_due ON mail (turn, due_at);
