-- Notes how many bytes of an upload have arrived: they are on the disk now and no longer pending.
-- KEYS 1 upload  2 site  3 uploads in receipt
-- ARGV 1 id  2 received (bytes)  3 now (ms)
-- Reply 1 noted, 0 the upload is not in receipt
if redis.call('HGET', KEYS[1], 'state') ~= 'receiving' then return 0 end
local held = redis.call('HMGET', KEYS[1], 'reserved', 'received')
local reserved, before, after = tonumber(held[1] or 0), tonumber(held[2] or 0), tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'received', ARGV[2])
redis.call('HINCRBY', KEYS[2], 'pending', string.format('%.0f', math.max(reserved - after, 0) - math.max(reserved - before, 0)))
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
return 1
