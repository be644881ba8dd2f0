-- Renews a lease and notes how far the work has come, if the lease is still the caller's.
-- KEYS 1 lease  2 cursor
-- ARGV 1 token  2 lease (ms)  3 cursor
-- Reply 1 renewed, 0 lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
return 1
