-- A sale's settings, as absolute values: the newest version wins, in whatever order they come.
--
-- KEYS  stock, orders, buyers of one product; 4 settings that wait for a rebuild to publish the product
-- ARGV  1 epoch of the effect   2 version   3 opensAt   4 closesAt (0: never)   5 limit   6 holdMs   7 paused 0|1
--       8 total   9 terms: the version in which what an order line copies last changed
-- Returns
--   {'COLD'}  no whole product, or an older one than the effect: publish.lua takes them into the next one, and the
--             effect comes again, should Redis forget them
--   {'DONE'}  stored, or a newer version stands
-- Keeps: the sum of the prelude. Of settings that wait, too, the newest are kept.

-- Longer than an effect pauses at most: it comes again, and they stay for as long as a rebuild takes.
local WAITING_TTL_S = 120

local epoch = warm_epoch()
if epoch and epoch >= tonumber(ARGV[1]) then
  if store_settings({ unpack(ARGV, 2) }) then announce() end
  return { 'DONE' }
end

local waiting = redis.call('LINDEX', KEYS[4], 1)
if not waiting or tonumber(ARGV[2]) > tonumber(waiting) then
  redis.call('DEL', KEYS[4])
  redis.call('RPUSH', KEYS[4], unpack(ARGV))
end
redis.call('EXPIRE', KEYS[4], WAITING_TTL_S)
return { 'COLD' }
