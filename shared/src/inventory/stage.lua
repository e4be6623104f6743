-- Part of what a rebuild loads, beside the product.
--
-- KEYS  1 the hash that it is loaded into
-- ARGV  1 seconds until it goes away by itself   2.. fields and values
-- Returns {'DONE'}
-- Keeps: what a crashed rebuild leaves behind does not stay.

redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])
return { 'DONE' }
