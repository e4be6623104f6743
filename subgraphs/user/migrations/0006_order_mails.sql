-- Up Migration

-- What has been written to a buyer about an order, so that each thing is told once, however often its message comes.
CREATE TABLE order_mail (
  order_id  uuid NOT NULL,
  kind      text NOT NULL,
  -- Which of several of a kind: a refund's key, say.
  about     text NOT NULL DEFAULT '',
  queued_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (order_id, kind, about)
);
