-- Says that a worker is there with its slots, or that it goes, and gives the queue what may go now.
-- KEYS 1 prefix of the line
-- ARGV 1 'slots:worker'  2 lease (ms; 0: it goes)  3 most in flight of one owner (0: no limit)
-- Reply {id, owner, …} to be added to the queue
if tonumber(ARGV[2]) == 0 then
  redis.call('ZREM', KEYS[1] .. 'workers', ARGV[1])
else
  redis.call('ZADD', KEYS[1] .. 'workers', string.format('%.0f', nowMs() + tonumber(ARGV[2])), ARGV[1])
end
return dispatch(KEYS[1], tonumber(ARGV[3]))
