-- Takes a lease if nobody has it, or renews the caller's own, and tells how far the work under it has come.
-- KEYS 1 lease  2 cursor
-- ARGV 1 token  2 lease (ms)
-- Reply the cursor ('' where there is none yet), nil if somebody else has the lease
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return false end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('GET', KEYS[2]) or ''
