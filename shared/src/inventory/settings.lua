-- A sale's settings, as absolute values: the newest version wins, in whatever order they come.
--
-- KEYS  stock, orders, buyers of one product
-- ARGV  1 epoch of the effect   2 version   3 opensAt   4 closesAt (0: never)   5 limit   6 holdMs   7 paused 0|1
--       8 total   9 terms: the version in which what an order line copies last changed
-- Returns
--   {'COLD'}  no whole product, or an older one than the effect: the effect waits for a rebuild
--   {'DONE'}  stored, or a newer version stands
-- Keeps: the sum of the prelude: what the total gains is available. A total that shrinks comes with a rebuild, which
-- knows what is held; here it could fall below that.

local epoch = warm_epoch()
if not epoch or epoch < tonumber(ARGV[1]) then return { 'COLD' } end

if tonumber(ARGV[2]) > tonumber(redis.call('HGET', KEYS[1], 'version')) then
  redis.call('HINCRBY', KEYS[1], 'available', tonumber(ARGV[8]) - tonumber(redis.call('HGET', KEYS[1], 'total')))
  redis.call('HSET', KEYS[1], 'version', ARGV[2], 'opensAt', ARGV[3], 'closesAt', ARGV[4],
    'limit', ARGV[5], 'holdMs', ARGV[6], 'paused', ARGV[7], 'total', ARGV[8], 'terms', ARGV[9])
  announce()
end
return { 'DONE' }
