-- Gives a lock back if it is still the caller's, and wakes who waits for it; the place for a body is given back in any case.
-- KEYS 1 lock  2 bodies of the owner
-- ARGV 1 token  2 channel  3 message
-- Reply 1 released, 0 it was not the caller's any more
redis.call('ZREM', KEYS[2], ARGV[1])
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', ARGV[2], ARGV[3])
return 1
