-- Takes a dump of keys, or restores one: whatever stands at the target is gone.
--
-- KEYS  sources, then as many targets

local count = #KEYS / 2
for i = 1, count do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('COPY', KEYS[i], KEYS[count + i], 'REPLACE')
  else
    redis.call('DEL', KEYS[count + i])
  end
end
