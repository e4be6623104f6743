-- Moves every time that stands of a product into the past, which is to it as if Redis' clock had gone on.
--
-- KEYS  stock, orders, buyers of one product; 4 settings that wait
-- ARGV  1 milliseconds

local function earlier(time) return string.format('%d', tonumber(time) - tonumber(ARGV[1])) end

for _, field in ipairs({ 'opensAt', 'closesAt', 'soldOutAt' }) do
  local time = redis.call('HGET', KEYS[1], field)
  if time and time ~= '0' then redis.call('HSET', KEYS[1], field, earlier(time)) end
end
local orders = redis.call('HGETALL', KEYS[2])
for i = 1, #orders, 2 do
  local rest, pay_by, held_at = string.match(orders[i + 1], '^(.*|)(%d+)|(%d+)$')
  if rest then redis.call('HSET', KEYS[2], orders[i], rest .. earlier(pay_by) .. '|' .. earlier(held_at)) end
end
for index = 2, 3 do
  local time = redis.call('LINDEX', KEYS[4], index)
  if time and time ~= '0' then redis.call('LSET', KEYS[4], index, earlier(time)) end
end
