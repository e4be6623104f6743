-- Decides who gets a unit: the one place where units become held.
--
-- KEYS  stock, orders, buyers of one product
-- ARGV  1 'probe' (decides, holds nothing) | 'reserve'   2 order id   3 buyer id   4 quantity
--       5 digest of the basket   6 least epoch that the caller accepts
-- Returns
--   {'COLD'}                                     no whole product of an epoch >= ARGV[6]: rebuild, then ask again
--   {'KNOWN', state, epoch, serial, payBy, terms}   this id stands already, for the same basket
--   {'CONFLICT'}                                 this id stands already, for another basket
--   {'NOT_OPEN', phase, opensAt}                 CLOSED (also before it has opened), SCHEDULED or PAUSED, in this
--                                                order, by Redis' clock
--   {'LIMIT', limit, units the buyer has}
--   {'SOLD_OUT', available}
--   {'FREE'}                                     probe only: a reservation now would win
--   {'HELD', epoch, serial, payBy, terms}
-- 'terms' is the version in which what an order line copies last changed: an older listing is not to be sold by. A
-- hash that was loaded before there was such a field has none: 0.
-- Keeps: the sum of the prelude; no buyer above the limit. Sent twice, the second answer is KNOWN.

local epoch, stock = warm_epoch('opensAt', 'closesAt', 'paused', 'limit', 'available', 'holdMs', 'terms')
if not epoch or epoch < tonumber(ARGV[6]) then return { 'COLD' } end

local terms = stock[9] or '0'
local known = read_entry(ARGV[2])
if known then
  if known.digest ~= ARGV[5] then return { 'CONFLICT' } end
  return { 'KNOWN', known.state, known.epoch, known.serial, known.pay_by, terms }
end

local now, opens_at, closes_at = now_ms(), tonumber(stock[3]), tonumber(stock[4])
if closes_at > 0 and now >= closes_at then return { 'NOT_OPEN', 'CLOSED', stock[3] } end
if now < opens_at then return { 'NOT_OPEN', 'SCHEDULED', stock[3] } end
if stock[5] == '1' then return { 'NOT_OPEN', 'PAUSED', stock[3] } end

local quantity = tonumber(ARGV[4])
local owned = tonumber(redis.call('HGET', KEYS[3], ARGV[3]) or '0')
if owned + quantity > tonumber(stock[6]) then return { 'LIMIT', stock[6], owned } end
if quantity > tonumber(stock[7]) then return { 'SOLD_OUT', stock[7] } end
if ARGV[1] == 'probe' then return { 'FREE' } end

local serial = redis.call('HINCRBY', KEYS[1], 'serial', 1)
local pay_by = string.format('%d', now + tonumber(stock[8]))
if redis.call('HINCRBY', KEYS[1], 'available', -quantity) == 0 then
  redis.call('HSET', KEYS[1], 'soldOutAt', string.format('%d', now))
end
redis.call('HINCRBY', KEYS[1], 'held', quantity)
redis.call('HINCRBY', KEYS[3], ARGV[3], quantity)
write_entry(ARGV[2], {
  state = 'held', quantity = quantity, buyer = ARGV[3], digest = ARGV[5],
  epoch = epoch, serial = serial, pay_by = pay_by, held_at = string.format('%d', now),
})
announce()
return { 'HELD', epoch, serial, pay_by, terms }
