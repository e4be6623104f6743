-- Up Migration

-- What committed changes mean for Redis, until it has been told.
CREATE TABLE stock_effect (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  product_id  uuid NOT NULL,
  epoch       bigint NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('undo', 'end', 'commit', 'return', 'settings')),
  order_id    uuid,
  hold_epoch  bigint,
  hold_serial bigint,
  settings    jsonb,
  due_at      timestamptz NOT NULL DEFAULT now(),
  attempts    integer NOT NULL DEFAULT 0
);
CREATE INDEX stock_effect_due ON stock_effect (due_at, id);
