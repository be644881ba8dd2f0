-- Makes the reservation of an upload in receipt as large as wanted (a deferred length became known, or its bytes go on).
-- KEYS 1 upload  2 quota of the owner  3 site
-- ARGV 1 bytes wanted in all  2 quota limit (-1: none)  3 free bytes of the file system (-1: do not check)  4 record (JSON; '': keep)
--      5 updated (ms), of that record
-- Reply {'reserved'} | {'refused', state} | {'missing'} | {'quota', used, reserved} | {'room', pending}
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return {'missing'} end
if state ~= 'receiving' then return {'refused', state} end
local wanted, limit, free = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('HMGET', KEYS[1], 'reserved', 'received')
local before, received = tonumber(held[1] or 0), tonumber(held[2] or 0)
local used = tonumber(redis.call('HGET', KEYS[2], 'used') or 0)
local reserved = tonumber(redis.call('HGET', KEYS[2], 'reserved') or 0)
local pending = tonumber(redis.call('HGET', KEYS[3], 'pending') or 0)
local more = math.max(wanted - received, 0) - math.max(before - received, 0)
if limit >= 0 and wanted > before and used + reserved + wanted - before > limit then
  return {'quota', string.format('%.0f', used), string.format('%.0f', reserved)}
end
if free >= 0 and more > 0 and pending + more > free then return {'room', string.format('%.0f', pending)} end
redis.call('HSET', KEYS[1], 'reserved', ARGV[1])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'record', ARGV[4], 'at', ARGV[5]) end
redis.call('HINCRBY', KEYS[2], 'reserved', string.format('%.0f', wanted - before))
redis.call('HINCRBY', KEYS[3], 'pending', string.format('%.0f', more))
return {'reserved'}
