-- Up Migration

-- The span that the message came of (W3C Trace Context): its replay goes on in that trace.
ALTER TABLE dead_letter ADD COLUMN traceparent text;
