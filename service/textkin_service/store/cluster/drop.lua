-- Deletes a collection, unless it holds articles and that is not forced. All keys are of one slot.
--
-- KEYS  as of commit.lua, 1 the state, 5 the times
-- ARGV  1 force: 1 or 0; 2 articles that came by this time are past their retention, or empty
--
-- Answers {"gone"}, {"held", articles}, or {"dropped", articles}.

local articles = redis.call('HGET', KEYS[1], 'articles')
if not articles then
  return {'gone'}
end
local held = tonumber(articles)
if ARGV[2] ~= '' then
  held = held - redis.call('ZCOUNT', KEYS[5], '-inf', ARGV[2])
end
if held > 0 and ARGV[1] ~= '1' then
  return {'held', held}
end
redis.call('UNLINK', unpack(KEYS))
return {'dropped', held}
