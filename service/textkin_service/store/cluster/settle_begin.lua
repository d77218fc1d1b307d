-- Lets one service at a time settle a log. All keys are of one slot.
--
-- KEYS  1 state (hash); 2 settler (string that expires)
-- ARGV  1 the service; 2 milliseconds for which it is let; 3 `settled` as it knows it; 4, 5 entries that it is about to add to each
--       table; 6 entries of a page
--
-- Answers {"no"}: another does, or has done so; {"yes", of each table its pages, those that there may be, those that there are to be}.

local state, settler = KEYS[1], KEYS[2]
local fields = redis.call('HMGET', state, 'settled', 'content pages', 'band pages', 'content growing', 'band growing',
  'content entries', 'band entries')
if fields[1] ~= ARGV[3] then
  return {'no'}
end
local who = redis.call('GET', settler)
if who and who ~= ARGV[1] then
  return {'no'}
end
redis.call('SET', settler, ARGV[1], 'PX', ARGV[2])
local answer = {'yes'}
for table = 1, 2 do
  local pages, there, entries = tonumber(fields[1 + table]), tonumber(fields[3 + table]), tonumber(fields[5 + table])
  answer[#answer + 1] = pages
  answer[#answer + 1] = there
  answer[#answer + 1] = math.max(there, math.ceil((entries + tonumber(ARGV[3 + table])) / tonumber(ARGV[6])))
end
-- Whoever settles after an attempt that came to nothing has to look at the pages that it may have written.
redis.call('HSET', state, 'content growing', answer[4], 'band growing', answer[7])
return answer
