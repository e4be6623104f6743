-- Units go back to available.
--
-- KEYS  stock, orders, buyers of one product
-- ARGV  1 epoch of the effect   2 order id   3 epoch and 4 serial of the hold
--       5 'undo'    the hold was abandoned before an order stood: its id may be held anew
--         'end'     the unpaid order has ended for good (expired, cancelled, refused stock)
--         'return'  catalog has unsold it: whether or not its commit has been seen here
-- Returns
--   {'COLD'}  no whole product, or an older one than the effect: the effect waits for a rebuild
--   {'DONE'}  released now or before; or the id is held under another name, which this effect does not mean
-- Keeps: the sum of the prelude. Only 'return' releases what is sold.

local epoch = warm_epoch()
if not epoch or epoch < tonumber(ARGV[1]) then return { 'COLD' } end

local kind, entry = ARGV[5], read_entry(ARGV[2])
local named = entry and entry.epoch == tonumber(ARGV[3]) and entry.serial == tonumber(ARGV[4])
if not named or entry.state == 'ended' then return { 'DONE' } end
if entry.state == 'sold' and kind ~= 'return' then return { 'DONE' } end

give_back(entry)
if kind == 'undo' then
  redis.call('HDEL', KEYS[2], ARGV[2])
else
  entry.state = 'ended'
  write_entry(ARGV[2], entry)
end
announce()
return { 'DONE' }
