-- Takes a collection off the list, unless another is listed under its id by now.
--
-- KEYS  1 the list (hash)     ARGV  1 the id; 2 the number

if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return redis.call('HDEL', KEYS[1], ARGV[1])
end
return 0
