-- Up Migration

ALTER TABLE product
  -- Words of name, brands and description in the form that they are looked for in, with a space before each.
  ADD COLUMN search_text text NOT NULL DEFAULT '',
  -- The name's words in that form, one space between them.
  ADD COLUMN name_form text NOT NULL DEFAULT '',
  -- The brands, in that form.
  ADD COLUMN brand_keys text[] NOT NULL DEFAULT '{}',
  -- The version of the form that made these three; 0 before there was any.
  ADD COLUMN search_form integer NOT NULL DEFAULT 0,
  -- Whether Redis had no unit left, as of the last look at it.
  ADD COLUMN sold_out boolean NOT NULL DEFAULT false;

-- Beside the rest of its row as long as there is room: a walk through a list looks at many.
ALTER TABLE product ALTER COLUMN search_text SET STORAGE MAIN;

-- Each list has an index that gives it in its order, forwards or backwards.
DROP INDEX product_by_opening;
-- What else a filter may ask is included: the largest lists are counted from the index alone.
CREATE INDEX product_by_opening ON product (opens_at, id)
  INCLUDE (closes_at, paused, sold_out, price, category_id, seller_id);
CREATE INDEX product_by_creation ON product (created_at, id);
CREATE INDEX product_by_price ON product (price, id);
CREATE INDEX product_by_name ON product (name COLLATE "und-x-icu", id);

-- Phases of which there are few, however many sales are over.
CREATE INDEX product_by_closing ON product (coalesce(closes_at, 'infinity'), opens_at) INCLUDE (closes_at);
CREATE INDEX product_on_sale ON product (coalesce(closes_at, 'infinity'), opens_at) WHERE NOT paused AND NOT sold_out;
CREATE INDEX product_paused ON product (opens_at) WHERE paused;
CREATE INDEX product_sold_out ON product (opens_at) WHERE sold_out;

CREATE INDEX product_by_seller ON product (seller_id, created_at, id);
CREATE INDEX product_by_brand ON product USING gin (brand_keys);
CREATE INDEX product_by_words ON product USING gin (search_text public.gin_trgm_ops);

-- What an older version of the form has made, or nobody yet.
CREATE INDEX product_by_search_form ON product (search_form);
