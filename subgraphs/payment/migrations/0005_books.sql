-- Up Migration

-- The books, by double entry, in won. `book_fact` is what has happened to the money of an order, told by messages in
-- any order; where an order stands in the accounts follows from its facts alone. A booking adds a fact and writes the
-- difference that it makes as one entry with its lines, under the lock of the order's row in `book_order`.
--
-- Accounts, with the side on which they grow:
--   receivable:KAKAOPAY, receivable:TOSS_PAYMENTS   debit    what the provider has taken for us and not given back
--   deposits                                        credit   what buyers paid for orders that are not confirmed
--   payable:SELLER_ID                               credit   what a seller is owed: a wallet
--   fees                                            credit   what the platform has earned
--
-- Entries and lines are never changed: what turns out otherwise is booked by a further entry.

-- Which orders have facts: locked by a booking, and there as of whichever fact came first.
CREATE TABLE book_order (
  order_id uuid PRIMARY KEY
);

CREATE TABLE book_fact (
  -- CAPTURE: a provider has taken a payment. SALE: the order is confirmed. REFUND: a provider has given money back.
  kind       text NOT NULL CHECK (kind IN ('CAPTURE', 'SALE', 'REFUND')),
  -- CAPTURE: the payment's id. SALE: the order's id. REFUND: the refund's key.
  key        text NOT NULL,
  order_id   uuid NOT NULL,
  payment_id uuid NOT NULL,
  -- Null for a SALE.
  provider   text CHECK (provider IN ('KAKAOPAY', 'TOSS_PAYMENTS')),
  amount     bigint NOT NULL CHECK (amount >= 0),
  -- SALE: [{sellerId, subtotal, fee}], once for each seller, the fee as it was when this was booked.
  -- REFUND: [{sellerId, amount}], what each seller's lines give back; null: in proportion.
  parts      jsonb,
  at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, key),
  CHECK ((kind = 'SALE') = (provider IS NULL)),
  CHECK (kind <> 'SALE' OR parts IS NOT NULL)
);
CREATE INDEX book_fact_by_order ON book_fact (order_id);

CREATE TABLE journal_entry (
  -- Later entries have higher ids: pages go by it, newest first.
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Of the fact that it was written for.
  kind        text NOT NULL CHECK (kind IN ('CAPTURE', 'SALE', 'REFUND')),
  -- KIND:KEY of that fact.
  reference   text NOT NULL UNIQUE,
  description text NOT NULL,
  order_id    uuid NOT NULL,
  at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX journal_entry_by_order ON journal_entry (order_id, id);

CREATE TABLE journal_line (
  entry_id bigint NOT NULL REFERENCES journal_entry,
  number   smallint NOT NULL CHECK (number > 0),
  account  text NOT NULL CHECK (account IN ('deposits', 'fees') OR account ~ '^(receivable|payable):.'),
  debit    bigint NOT NULL DEFAULT 0 CHECK (debit >= 0),
  credit   bigint NOT NULL DEFAULT 0 CHECK (credit >= 0),
  PRIMARY KEY (entry_id, number),
  CHECK ((debit > 0) <> (credit > 0))
);
-- The lines of one account, newest first: ORDER BY entry_id DESC, number DESC.
CREATE INDEX journal_line_by_account ON journal_line (account, entry_id, number);

-- The sums of all lines of an account, which a trigger keeps: `sum(debit) - sum(credit)` over its shards is its
-- balance. Every booking adds to `deposits`; by shards of the connections, bookings at once do not wait for each other.
CREATE TABLE account_balance (
  account text NOT NULL,
  shard   smallint NOT NULL,
  debit   bigint NOT NULL,
  credit  bigint NOT NULL,
  PRIMARY KEY (account, shard)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Lines of an entry come by one statement. As an entry has to be complete when its transaction ends, no later one can
-- add to it. Balances are taken in the order of the accounts: entries never wait for each other in a circle, if each is
-- all that its transaction writes. A refund that brings its capture along writes two: one of a circle is tried again.
CREATE FUNCTION take_lines() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF EXISTS (SELECT FROM (SELECT entry_id, count(*) AS lines FROM added GROUP BY entry_id) entry
             WHERE lines <> (SELECT count(*) FROM journal_line WHERE journal_line.entry_id = entry.entry_id)) THEN
    RAISE EXCEPTION 'a line is added to an entry that has been written' USING ERRCODE = 'restrict_violation';
  END IF;
  INSERT INTO account_balance AS kept (account, shard, debit, credit)
    SELECT account, pg_backend_pid() % 16, sum(debit), sum(credit) FROM added GROUP BY account ORDER BY account
    ON CONFLICT (account, shard) DO UPDATE
      SET debit = kept.debit + excluded.debit, credit = kept.credit + excluded.credit;
  RETURN NULL;
END $$;
CREATE TRIGGER take_lines AFTER INSERT ON journal_line REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION take_lines();

CREATE FUNCTION check_entry() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF (SELECT count(*) < 2 OR sum(debit) <> sum(credit) FROM journal_line WHERE entry_id = NEW.id) THEN
    RAISE EXCEPTION 'entry % does not balance', NEW.reference USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON journal_entry DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_entry();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: what is booked stays', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_line EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unchanged BEFORE UPDATE OR DELETE OR TRUNCATE ON book_fact EXECUTE FUNCTION refuse_change();
-- A balance is written by `take_lines` alone: by what is not a statement of somebody's own.
CREATE TRIGGER unchanged BEFORE DELETE OR TRUNCATE ON account_balance EXECUTE FUNCTION refuse_change();
CREATE TRIGGER kept_by_lines BEFORE INSERT OR UPDATE ON account_balance
  WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
