-- Up Migration

-- In which a sale counts days, as the IANA database names it.
ALTER TABLE product ADD COLUMN time_zone text NOT NULL DEFAULT 'Asia/Seoul';
