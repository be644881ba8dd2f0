-- Where an upload stands in the line.
-- KEYS 1 prefix of the line
-- ARGV 1 id  2 owner
-- Reply 'pending' | 'in flight' | ''
if redis.call('HEXISTS', KEYS[1] .. 'in-flight', ARGV[1]) == 1 then return 'in flight' end
local waits = redis.call('ZSCORE', KEYS[1] .. 'pending:' .. ARGV[2], ARGV[1]) or redis.call('ZSCORE', KEYS[1] .. 'large:' .. ARGV[2], ARGV[1])
return waits and 'pending' or ''
