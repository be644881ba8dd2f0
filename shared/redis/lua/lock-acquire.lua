-- Takes the lock of an upload if nobody has it.
-- KEYS 1 lock
-- ARGV 1 token  2 lease (ms)
-- Reply 1 taken, 0 somebody else has it
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
