-- Says that the index is whole, unless Redis lost its data since the rebuild began.
-- KEYS 1 built  2 rebuilding
-- ARGV 1 now (RFC 3339)
-- Reply 1 said, 0 the rebuild is to be made again
if redis.call('DEL', KEYS[2]) == 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'NX')
return 1
