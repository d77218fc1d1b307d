-- Creates the state of a collection that nobody knows of yet, unless its number was given before.
--
-- KEYS  1 the state (hash), as of commit.lua
-- ARGV  1 a token, new for each creation, which may be asked for twice; then names and values of the state's fields
--
-- Answers whether the state is the caller's: 1 or 0.

redis.call('HSETNX', KEYS[1], 'creation', ARGV[1])
if redis.call('HGET', KEYS[1], 'creation') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
return 1
