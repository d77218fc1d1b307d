-- Takes from the beginning of a log what is settled, and what is known of it. All keys are of one slot.
--
-- KEYS  1 state (hash); 2 log (stream); 3 ids (hash); 4 records (hash)
-- ARGV  1 entries to look at
--
-- Answers how many entries are left that are settled; the last of them stays: it tells whether a log is the same.

local state, log, ids, records = unpack(KEYS)
local settled = tonumber(redis.call('HGET', state, 'settled'))
if not settled or settled == 0 then
  return 0
end
local entries = redis.call('XRANGE', log, '-', string.format('%.0f-0', settled), 'COUNT', ARGV[1])
for _, entry in ipairs(entries) do
  local id = entry[2][2]
  redis.call('HDEL', records, string.match(entry[1], '^%d+'))
  local known = redis.call('HGET', ids, id)
  if known and tonumber(string.match(known, '%d+')) <= settled then
    redis.call('HDEL', ids, id)
  end
end
if #entries > 0 then
  redis.call('XTRIM', log, 'MINID', entries[#entries][1])
end
return #entries - 1
