-- Notes that all bytes of a partial upload have arrived, and tells which final waits for it.
-- KEYS 1 upload  2 site  3 uploads in receipt
-- ARGV 1 id  2 length (bytes)  3 now (ms)
-- Reply {'whole', id of the final or ''} | {'refused', state} | {'missing'}
local held = redis.call('HMGET', KEYS[1], 'state', 'reserved', 'received', 'final')
if not held[1] then return {'missing'} end
if held[1] ~= 'receiving' then return {'refused', held[1]} end
local reserved, before, after = tonumber(held[2] or 0), tonumber(held[3] or 0), tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'received', ARGV[2], 'whole', '1')
redis.call('HINCRBY', KEYS[2], 'pending', string.format('%.0f', math.max(reserved - after, 0) - math.max(reserved - before, 0)))
redis.call('ZADD', KEYS[3], ARGV[3], ARGV[1])
-- The sweep looks at what has moved of late: at the final too.
if held[4] then redis.call('ZADD', KEYS[3], 'XX', ARGV[3], held[4]) end
return {'whole', held[4] or ''}
