-- Held becomes sold, after catalog has committed it.
--
-- KEYS  stock, orders, buyers of one product
-- ARGV  1 epoch of the effect   2 order id   3 epoch and 4 serial of the hold
-- Returns
--   {'COLD'}       no whole product, or an older one than the effect: the effect waits for a rebuild
--   {'DONE'}       sold now, sold before, or ended since
--   {'FORGOTTEN'}  Redis does not know a hold that was committed: it has lost something; rebuild
-- Keeps: the sum of the prelude. A product of a newer epoch was loaded with this commit in it, so that not
-- knowing the hold means only that the order has ended since.

local epoch = warm_epoch()
if not epoch or epoch < tonumber(ARGV[1]) then return { 'COLD' } end

local entry = read_entry(ARGV[2])
local named = entry and entry.epoch == tonumber(ARGV[3]) and entry.serial == tonumber(ARGV[4])
if not named then return { epoch == tonumber(ARGV[1]) and 'FORGOTTEN' or 'DONE' } end
if entry.state == 'held' then
  redis.call('HINCRBY', KEYS[1], 'held', -entry.quantity)
  redis.call('HINCRBY', KEYS[1], 'sold', entry.quantity)
  entry.state = 'sold'
  write_entry(ARGV[2], entry)
  announce()
end
return { 'DONE' }
