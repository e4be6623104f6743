-- Up Migration

-- Replicas of before go on selling: what they commit is either counted below, or by the triggers.
LOCK TABLE orders, order_line IN SHARE ROW EXCLUSIVE MODE;

-- How many orders of a product stand where. Counting a hundred thousand of them takes a third of a second, and one
-- counter for each would have a sale's buyers wait for one another: so changes are appended, and folded a little later.
CREATE TABLE sale_funnel (
  product_id uuid NOT NULL,
  stage      text NOT NULL,
  orders     bigint NOT NULL,
  PRIMARY KEY (product_id, stage)
);
-- Not folded yet. What is true at an instant is the sum of both tables in one snapshot.
CREATE TABLE sale_funnel_step (
  product_id uuid NOT NULL,
  stage      text NOT NULL,
  change     integer NOT NULL
) WITH (
  -- Every row is gone within a second or two.
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_cost_delay = 0
);
CREATE INDEX sale_funnel_step_by_product ON sale_funnel_step (product_id);

CREATE FUNCTION sale_stage(status text, deciding_payment_id uuid) RETURNS text IMMUTABLE LANGUAGE sql AS $$
  SELECT CASE status
    WHEN 'PENDING_PAYMENT' THEN CASE WHEN deciding_payment_id IS NULL THEN 'held' ELSE 'paying' END
    WHEN 'PAID' THEN 'paid'
    WHEN 'EXPIRED' THEN 'expired'
    WHEN 'CANCELLED' THEN 'cancelled'
    WHEN 'REFUNDING' THEN 'cancelled'
    WHEN 'REFUNDED' THEN 'cancelled'
    ELSE 'confirmed'
  END
$$;

INSERT INTO sale_funnel (product_id, stage, orders)
SELECT product_id, sale_stage(status, deciding_payment_id), count(*)
FROM order_line JOIN orders ON orders.id = order_id GROUP BY 1, 2;

-- By triggers, so that no change of an order costs a round trip more, and none can be forgotten.
CREATE FUNCTION count_placed_line() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO sale_funnel_step (product_id, stage, change)
  SELECT NEW.product_id, sale_stage(status, deciding_payment_id), 1 FROM orders WHERE id = NEW.order_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER count_placed_line AFTER INSERT ON order_line FOR EACH ROW EXECUTE FUNCTION count_placed_line();

CREATE FUNCTION count_changed_order() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  was CONSTANT text := sale_stage(OLD.status, OLD.deciding_payment_id);
  is_now CONSTANT text := sale_stage(NEW.status, NEW.deciding_payment_id);
BEGIN
  IF was <> is_now THEN
    INSERT INTO sale_funnel_step (product_id, stage, change)
    SELECT product_id, stage, step FROM order_line, (VALUES (was, -1), (is_now, 1)) AS steps (stage, step)
    WHERE order_id = NEW.id;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER count_changed_order AFTER UPDATE ON orders FOR EACH ROW
  WHEN (OLD.status <> NEW.status OR (OLD.deciding_payment_id IS NULL) <> (NEW.deciding_payment_id IS NULL))
  EXECUTE FUNCTION count_changed_order();
