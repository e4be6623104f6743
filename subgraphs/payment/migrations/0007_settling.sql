-- Up Migration

ALTER TABLE refund
  -- How often the provider has refused it: a refusal that passes is remembered under the name that it was asked by.
  ADD COLUMN refusals integer NOT NULL DEFAULT 0;

-- What is due is claimed for each provider by itself.
DROP INDEX payment_to_look_at;
CREATE INDEX payment_to_look_at ON payment (provider, look_at) WHERE look_at IS NOT NULL;

-- What it has asked for: a look at what became of the payment, or a check of what was given back. Of each so many are kept.
ALTER TABLE provider_event ADD COLUMN asks text NOT NULL DEFAULT 'look' CHECK (asks IN ('look', 'check'));
