-- Has a part of a log count as settled, of which everything was written. All keys are of one slot.
--
-- KEYS  1 state (hash); 2 settler (string); 3 log (stream); 4 recurrence (hash)
-- ARGV  1 the service; 2 `settled` as it knows it, 3 as it is to be; 4 the chain of the log's entry there; 5, 6 pages of each table, 7, 8 entries more
--
-- Answers 1; 0: another does so, or the log is not what it was.

local state, settler, log, recurrence = unpack(KEYS)
if redis.call('HGET', state, 'settled') == ARGV[3] then
  -- It was asked for twice.
  return 1
end
if redis.call('HGET', state, 'settled') ~= ARGV[2] or redis.call('GET', settler) ~= ARGV[1] then
  return 0
end
local entry = redis.call('XRANGE', log, ARGV[3] .. '-0', ARGV[3] .. '-0')[1]
if not entry or entry[2][#entry[2]] ~= ARGV[4] then
  return 0
end
redis.call('HSET', state, 'settled', ARGV[3], 'content pages', ARGV[5], 'band pages', ARGV[6])
redis.call('HINCRBY', state, 'content entries', ARGV[7])
redis.call('HINCRBY', state, 'band entries', ARGV[8])
for _, field in ipairs(redis.call('HKEYS', recurrence)) do
  if field ~= ARGV[3] then
    redis.call('HDEL', recurrence, field)
  end
end
redis.call('UNLINK', settler)
return 1
