-- Up Migration

ALTER TABLE product
  -- The words of name, brands and description in the form that they are looked for in, with a space before each.
  ADD COLUMN search_text text NOT NULL DEFAULT '',
  -- The brands, in that form.
  ADD COLUMN brand_keys text[] NOT NULL DEFAULT '{}',
  -- Whether Redis had no unit left, as of the last look at it.
  ADD COLUMN sold_out boolean NOT NULL DEFAULT false;
