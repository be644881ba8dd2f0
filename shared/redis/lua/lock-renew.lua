-- Renews a lock if it is still the caller's.
-- KEYS 1 lock
-- ARGV 1 token  2 lease (ms)
-- Reply 1 renewed, 0 lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
