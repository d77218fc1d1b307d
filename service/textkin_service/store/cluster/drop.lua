-- Deletes a collection, unless it holds articles and that is not forced. All keys are of one slot.
--
-- KEYS  as of commit.lua, 1 the state, 5 the times, 6 the answers: for a minute of this too, by token
-- ARGV  1 force: 1 or 0; 2 articles that came by this time are past their retention, or empty; 3 a token, new for each deletion, which may
--       be asked for twice
--
-- Answers {"gone"}, {"held", articles}, or {"dropped", articles}.

local answered = redis.call('HGET', KEYS[6], ARGV[3])
local articles = redis.call('HGET', KEYS[1], 'articles')
local answer
if answered then
  answer = {'dropped', tonumber(answered)}
elseif not articles then
  answer = {'gone'}
else
  local held = tonumber(articles)
  if ARGV[2] ~= '' then
    held = held - redis.call('ZCOUNT', KEYS[5], '-inf', ARGV[2])
  end
  if held > 0 and ARGV[1] ~= '1' then
    return {'held', held}
  end
  redis.call('UNLINK', unpack(KEYS))
  answer = {'dropped', held}
end
-- Gone too is told by a write, so that replicas are waited for.
redis.call('HSET', KEYS[6], answer[2] and ARGV[3] or '', answer[2] or '')
redis.call('EXPIRE', KEYS[6], 60)
return answer
