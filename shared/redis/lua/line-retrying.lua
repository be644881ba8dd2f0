-- Says that an upload in flight waits for another attempt, or is at work again: while it waits it keeps its place and uses no slot.
-- KEYS 1 prefix of the line
-- ARGV 1 id  2 '1': it waits, '0': it is at work  3 most in flight of one owner (0: no limit)
-- Reply {id, owner, …} to be added to the queue
if ARGV[2] == '0' then
  redis.call('SREM', KEYS[1] .. 'retrying', ARGV[1])
elseif redis.call('HEXISTS', KEYS[1] .. 'in-flight', ARGV[1]) == 1 then
  redis.call('SADD', KEYS[1] .. 'retrying', ARGV[1])
end
return dispatch(KEYS[1], tonumber(ARGV[3]))
