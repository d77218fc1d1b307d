-- Exchanges pages for others, each if it is still the one that was read. All keys are of one slot.
--
-- KEYS  the pages
-- ARGV  1 bytes of a header; then of each page the header that was read, or empty, and what it is to be
--
-- Answers how many are as they are to be.

local header = tonumber(ARGV[1]) - 1
local done = 0
for at, key in ipairs(KEYS) do
  local was, page = ARGV[2 * at], ARGV[2 * at + 1]
  local is = redis.call('GETRANGE', key, 0, header)
  if is == was then
    redis.call('SET', key, page)
    done = done + 1
  elseif is == string.sub(page, 1, header + 1) then
    -- It was asked for twice.
    done = done + 1
  end
end
return done
