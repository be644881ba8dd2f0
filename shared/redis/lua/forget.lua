-- Drops a complete upload out of Redis: its record is in the ledger, its file in the job directory, and its charge ends.
-- KEYS 1 upload  2 uploads of the owner  3 all uploads  4 quota of the owner  5 complete uploads  6 placed files of the owner
-- ARGV 1 id  2 place ('job/path')  3 only what has not moved since (ms)
-- Reply 1 dropped, 0 it is not complete any more, or has moved
local held = redis.call('HMGET', KEYS[1], 'state', 'at', 'used')
if held[1] ~= 'complete' or tonumber(held[2] or 0) > tonumber(ARGV[3]) then return 0 end
redis.call('HINCRBY', KEYS[4], 'used', string.format('%.0f', 0 - tonumber(held[3] or 0)))
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[5], ARGV[1])
if redis.call('HGET', KEYS[6], ARGV[2]) == ARGV[1] then redis.call('HDEL', KEYS[6], ARGV[2]) end
return 1
