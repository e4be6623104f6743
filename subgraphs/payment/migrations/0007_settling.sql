-- Up Migration

ALTER TABLE refund
  -- How often the provider has refused it: a refusal that passes is remembered under the name that it was asked by.
  ADD COLUMN refusals integer NOT NULL DEFAULT 0;
