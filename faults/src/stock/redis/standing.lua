-- All that stands of a product, as one instant has it.
--
-- KEYS  stock, orders, buyers of one product; 4 settings that wait
-- Returns {fields of stock, orders, buyers, waiting settings}

return {
  redis.call('HMGET', KEYS[1], 'epoch', 'run', 'version', 'opensAt', 'closesAt', 'limit', 'holdMs', 'paused', 'total',
    'terms', 'available', 'held', 'sold', 'serial', 'soldOutAt'),
  redis.call('HGETALL', KEYS[2]),
  redis.call('HGETALL', KEYS[3]),
  redis.call('LRANGE', KEYS[4], 0, -1),
}
