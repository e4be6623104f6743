-- Prepended to every script of this folder: how the three hashes of a product are read and written.
--
-- KEYS[1] {p:ID}:stock   hash: epoch run version opensAt closesAt limit holdMs paused total terms available held sold
--                        serial soldOutAt (when the last unit was taken)
-- KEYS[2] {p:ID}:orders  hash: order id -> state|quantity|buyer|digest|epoch|serial|payBy|heldAt
-- KEYS[3] {p:ID}:buyers  hash: buyer id -> units held and owned
-- The field '#' of the last two is the epoch; the hashes belong together only while all three epochs are equal.
-- 'run' is the run id of the server on which the product was loaded: another one may have forgotten its last second.
-- Times are milliseconds since 1970, by Redis' own clock.
--
-- Invariant of every script: total = available + held + sold, before and after.

-- The run id of the server that the caller talks to stands after the arguments that each script numbers.
local RUN = table.remove(ARGV)

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- The epoch of a whole product, or nil when any of the three hashes is missing or of another epoch or run: COLD.
-- Then what its stock hash says, from the third on: the fields that were asked for.
local function warm_epoch(...)
  local stock = redis.call('HMGET', KEYS[1], 'epoch', 'run', ...)
  local epoch = stock[1]
  if not epoch or stock[2] ~= RUN then return nil end
  if redis.call('HGET', KEYS[2], '#') ~= epoch then return nil end
  if redis.call('HGET', KEYS[3], '#') ~= epoch then return nil end
  return tonumber(epoch), stock
end

local function read_entry(order_id)
  local text = redis.call('HGET', KEYS[2], order_id)
  if not text then return nil end
  local state, quantity, buyer, digest, epoch, serial, pay_by, held_at =
    string.match(text, '^(%a+)|(%d+)|([^|]*)|([^|]*)|(%d+)|(%d+)|(%d+)|(%d+)$')
  return {
    state = state, quantity = tonumber(quantity), buyer = buyer, digest = digest,
    epoch = tonumber(epoch), serial = tonumber(serial), pay_by = pay_by, held_at = held_at,
  }
end

local function write_entry(order_id, entry)
  redis.call('HSET', KEYS[2], order_id, table.concat({
    entry.state, entry.quantity, entry.buyer, entry.digest,
    string.format('%d', entry.epoch), string.format('%d', entry.serial), entry.pay_by, entry.held_at,
  }, '|'))
end

-- Stores settings (version, opensAt, closesAt, limit, holdMs, paused, total, terms), unless newer ones stand. What the
-- total gains is available. A total that shrinks comes with a rebuild, which knows what is held; here available could
-- fall below zero. True: stored.
local function store_settings(values)
  local standing = redis.call('HMGET', KEYS[1], 'version', 'total')
  if tonumber(values[1]) <= tonumber(standing[1]) then return false end
  redis.call('HINCRBY', KEYS[1], 'available', tonumber(values[7]) - tonumber(standing[2]))
  redis.call('HSET', KEYS[1], 'version', values[1], 'opensAt', values[2], 'closesAt', values[3], 'limit', values[4],
    'holdMs', values[5], 'paused', values[6], 'total', values[7], 'terms', values[8])
  return true
end

-- Gives an entry's units back to whoever comes next, and to its buyer's limit.
local function give_back(entry)
  redis.call('HINCRBY', KEYS[1], entry.state, -entry.quantity)
  redis.call('HINCRBY', KEYS[1], 'available', entry.quantity)
  if redis.call('HINCRBY', KEYS[3], entry.buyer, -entry.quantity) <= 0 then
    redis.call('HDEL', KEYS[3], entry.buyer)
  end
end

-- Tells whoever watches the product that its numbers or settings have changed. Last, so that they read the new ones.
local function announce()
  local namespace, product = string.match(KEYS[1], '^(.*):{p:(.*)}:stock$')
  redis.call('PUBLISH', namespace .. ':changed:stock', product)
end
