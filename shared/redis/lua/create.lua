-- Admits an upload: checks quota and free space, reserves both, writes the record and its indexes, appends the event.
-- KEYS 1 upload  2 events  3 uploads of the owner  4 all uploads  5 quota of the owner  6 site  7 uploads in this state  8 built
--      9 partials of the owner
-- ARGV 1 id  2 owner  3 state  4 now (ms)  5 record (JSON)  6 view (JSON)  7 bytes to reserve  8 quota limit (-1: none)
--      9 free bytes of the file system (-1: do not check)  10 stream length  11 '1': append the event  12 at (RFC 3339)
--      13 '1': put it on the lists (a partial is on none)  14 prefix of the upload keys  15… ids of the partials a final claims
-- While the index is not whole nobody knows what an owner has used, or which partials are claimed: nothing is admitted against a
-- quota then, and no final at all.
-- Reply {'claimed', id of the final that has a partial already} | {'no_partial', id} | {'created', event id} | {'exists'} | {'rebuilding'} | {'quota', used, reserved} | {'room', pending}
-- The same command twice (its answer was lost with the connection): a record holds the hash of a random token, so no other has it.
local present = redis.call('HGET', KEYS[1], 'record')
if present then return present == ARGV[5] and {'created', ''} or {'exists'} end
if (tonumber(ARGV[8]) >= 0 or #ARGV >= 15) and redis.call('EXISTS', KEYS[8]) == 0 then return {'rebuilding'} end
for i = 15, #ARGV do
  local held = redis.call('HMGET', ARGV[14] .. ARGV[i], 'owner', 'state', 'final')
  if held[3] then return {'claimed', held[3]} end
  if held[1] ~= ARGV[2] or held[2] ~= 'receiving' then return {'no_partial', ARGV[i]} end
end
local bytes, limit, free = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local used = tonumber(redis.call('HGET', KEYS[5], 'used') or 0)
local reserved = tonumber(redis.call('HGET', KEYS[5], 'reserved') or 0)
if limit >= 0 and used + reserved + bytes > limit then return {'quota', string.format('%.0f', used), string.format('%.0f', reserved)} end
local pending = tonumber(redis.call('HGET', KEYS[6], 'pending') or 0)
if free >= 0 and pending + bytes > free then return {'room', string.format('%.0f', pending)} end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'owner', ARGV[2], 'record', ARGV[5], 'received', 0, 'reserved', ARGV[7], 'used', 0, 'at', ARGV[4])
redis.call('HINCRBY', KEYS[5], 'reserved', ARGV[7])
redis.call('HINCRBY', KEYS[6], 'pending', ARGV[7])
for i = 15, #ARGV do redis.call('HSET', ARGV[14] .. ARGV[i], 'final', ARGV[1]) end
if ARGV[13] == '1' then
  redis.call('ZADD', KEYS[3], 0, ARGV[1])
  redis.call('ZADD', KEYS[4], 0, ARGV[1])
else
  redis.call('ZADD', KEYS[9], 0, ARGV[1])
end
redis.call('ZADD', KEYS[7], ARGV[4], ARGV[1])
if ARGV[11] ~= '1' then return {'created', ''} end
local event = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[10], '*',
  'owner', ARGV[2], 'upload_id', ARGV[1], 'state', ARGV[3], 'previous', '', 'at', ARGV[12], 'upload', ARGV[6])
return {'created', event}
