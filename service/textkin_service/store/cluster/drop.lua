-- Deletes a collection, unless it holds articles and that is not forced. All keys are of one slot.
--
-- KEYS  as of commit.lua, 1 the state, 5 the times, 7 the answers: for a minute of this too, by token; then the others of the log; the
--       last keeps until where something settled may be left (list): the greatest number, and pages of each table
-- ARGV  1 force: 1 or 0; 2 articles that came by this time are past their retention, or empty; 3 a token, new for each deletion, which may
--       be asked for twice
--
-- Answers {"gone"}, {"held", articles}, or {"dropped", articles}.

local answers = KEYS[7]
local answered = redis.call('HGET', answers, ARGV[3])
local fields = redis.call('HMGET', KEYS[1], 'articles', 'last', 'content growing', 'band growing')
local articles = fields[1]
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
  redis.call('UNLINK', unpack(KEYS, 1, #KEYS - 1))
  redis.call('RPUSH', KEYS[#KEYS], fields[2], fields[3], fields[4])
  answer = {'dropped', held}
end
-- Gone too is told by a write, so that replicas are waited for.
redis.call('HSET', answers, answer[2] and ARGV[3] or '', answer[2] or '')
redis.call('EXPIRE', answers, 60)
return answer
