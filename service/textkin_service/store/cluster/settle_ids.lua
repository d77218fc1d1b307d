-- Notes under ids the numbers of settled articles, unless a later one is there. All keys are of one slot.
--
-- KEYS  of ids
-- ARGV  of each a number, and what is known ("number time digest"), or empty: it was deleted

for at, key in ipairs(KEYS) do
  local number, known = tonumber(ARGV[2 * at - 1]), ARGV[2 * at]
  local there = redis.call('GET', key)
  if not there or tonumber(string.match(there, '^%d+')) <= number then
    if known == '' then
      redis.call('UNLINK', key)
    else
      redis.call('SET', key, known)
    end
  end
end
