-- Commits changes to one collection: all of them, or none. All keys are of one slot.
--
-- KEYS  1 state (hash)        last: the number given last; settled; articles; most: of these, or 0; retained: 1 if they expire;
--                             at: the latest time of an article; chain: what tells this log from every other
--       2 log (stream)        an entry a change, `<number>-0`: i the id; r the number that goes, or 0; s the sketch of what
--                             comes, absent from a deletion; c the chain, with the last of a commit
--       3 ids (hash)          of what is not settled: id -> "number time digest", or "@place" of its deletion
--       4 records (hash)      of what is not settled: number -> "time record"
--       5 times (sorted set)  numbers by time, of articles that expire
--       6 dead (bits)         set for each number that is gone, or was a deletion's
--       7 answers (hash)      of each writer its last token and what it was answered: a commit may be asked for twice; and when,
--                             in seconds
-- ARGV  1 the writer; 2 a token, new for each commit; 3 `settled` as the writer knows it; 4 the time; 5 articles that came by
--       this time are past their retention, or empty; then of each change
--       kind (p: put, d: delete, x: delete if it is past its retention), id, what is settled of that id ("number time digest", or empty), digest, record, sketch,
--       when another store took it in, or empty: now
--
-- Answers {"gone"}, {"retry"}, or {"done", last before, chain before, chain, time, then of each change its outcome, number, entry (0: none),
-- and the number that goes (0: none)}: an outcome is created, replaced,
-- unchanged, full, deleted, expired (deleted, and past its retention), or missing.

local state, log, ids, records, times, dead, answers = unpack(KEYS)

local answered = redis.call('HGET', answers, ARGV[1])
if answered then
  local known = cmsgpack.unpack(answered)
  if known[1] == ARGV[2] then
    -- A write, as ever: replicas are waited for again.
    redis.call('HSET', answers, ARGV[1], answered)
    return known[2]
  end
end

local fields = redis.call('HMGET', state, 'last', 'settled', 'articles', 'most', 'retained', 'at', 'chain')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= ARGV[3] then
  return {'retry'}
end
local last, articles, most = tonumber(fields[1]), tonumber(fields[3]), tonumber(fields[4])
local retained = fields[5] == '1'
local past = tonumber(ARGV[5])
local latest = tonumber(fields[6])
local expired = 0
if past and most > 0 then
  expired = redis.call('ZCOUNT', times, '-inf', past)
end

local before, chain_before = fields[1], fields[7]
local chain = redis.sha1hex(chain_before .. ARGV[2])
local outcomes, entries, gone = {}, {}, {}

for at = 6, #ARGV, 7 do
  local kind, id, known, digest, record, sketch, came = unpack(ARGV, at, at + 6)
  known = redis.call('HGET', ids, id) or known
  local number, time, had
  if known ~= '' then
    number, time, had = string.match(known, '^(%d+) (-?%d+) (.*)$')
  end
  local alive = number and not (past and tonumber(time) <= past)
  local outcome, told, place = nil, number or '0', '0'
  if kind == 'x' and alive then
    outcome = 'missing'
  elseif kind ~= 'p' then
    outcome = number and (alive and 'deleted' or 'expired') or 'missing'
  elseif alive and had == digest then
    outcome = 'unchanged'
  elseif alive then
    outcome = 'replaced'
  elseif most > 0 and articles - expired >= most then
    outcome = 'full'
  else
    outcome = 'created'
  end
  local comes = outcome == 'created' or outcome == 'replaced'
  if comes or outcome == 'deleted' or outcome == 'expired' then
    last = last + 1
    place = string.format('%.0f', last)
    if number then
      redis.call('SETBIT', dead, number, 1)
      gone[#gone + 1] = number
      articles = articles - 1
      if not alive then
        expired = expired - 1
      end
    end
    local entry = {'i', id, 'r', number or '0'}
    if comes then
      told = place
      articles = articles + 1
      -- Times never go back in a log, whatever the clocks of writers say.
      latest = math.max(latest, tonumber(came) or tonumber(ARGV[4]))
      local now = string.format('%.0f', latest)
      redis.call('HSET', ids, id, place .. ' ' .. now .. ' ' .. digest)
      redis.call('HSET', records, place, now .. ' ' .. record)
      if retained then
        redis.call('ZADD', times, now, place)
      end
      entry[5], entry[6] = 's', sketch
    else
      redis.call('HSET', ids, id, '@' .. place)
      redis.call('SETBIT', dead, place, 1)
    end
    entries[#entries + 1] = {place, entry}
  end
  outcomes[#outcomes + 1] = outcome
  outcomes[#outcomes + 1] = told
  outcomes[#outcomes + 1] = place
  outcomes[#outcomes + 1] = place == '0' and place or number or '0'
end

-- Last: a key ends with the last that is in it, and while a slot moves no script makes one.
for _, number in ipairs(gone) do
  redis.call('HDEL', records, number)
  if retained then
    redis.call('ZREM', times, number)
  end
end

for at, each in ipairs(entries) do
  local entry = each[2]
  if at == #entries then
    entry[#entry + 1] = 'c'
    entry[#entry + 1] = chain
  end
  redis.call('XADD', log, each[1] .. '-0', unpack(entry))
end
if #entries > 0 then
  redis.call('HSET', state, 'last', string.format('%.0f', last), 'articles', string.format('%.0f', articles),
    'at', string.format('%.0f', latest), 'chain', chain)
else
  chain = chain_before
end
local answer = {'done', before, chain_before, chain, string.format('%.0f', latest)}
for _, each in ipairs(outcomes) do
  answer[#answer + 1] = each
end
local now = tonumber(redis.call('TIME')[1])
redis.call('HSET', answers, ARGV[1], cmsgpack.pack({ARGV[2], answer, now}))
if not answered then
  -- A new writer: some that were there before may have ended since. None asks again so late.
  local all = redis.call('HGETALL', answers)
  for at = 1, #all, 2 do
    if now - cmsgpack.unpack(all[at + 1])[3] > 600 then
      redis.call('HDEL', answers, all[at])
    end
  end
end
return answer
