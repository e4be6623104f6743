-- Up Migration

-- What holds units now, few among all orders that ever were: compared with Redis every few seconds.
CREATE INDEX orders_unsettled ON orders (id) WHERE status IN ('PENDING_PAYMENT', 'PAID');
