-- Up Migration

-- The span that the event came of (W3C Trace Context), where its process traces. A version of before leaves it empty.
ALTER TABLE outbox ADD COLUMN traceparent text;
