-- Takes the lock of an upload if nobody has it and, if it is taken for a body, one of the places its owner has for bodies.
-- KEYS 1 lock  2 bodies of the owner (sorted set: token by the end of its lease, ms)
-- ARGV 1 token  2 lease (ms)  3 most bodies of the owner at a time (0: they are not counted)
-- Reply 1 taken, 0 somebody else has it, 2 the owner has no place left
local most = tonumber(ARGV[3])
if most == 0 then return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 1 or 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
if redis.call('ZCARD', KEYS[2]) >= most then return 2 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
