-- Renews the locks that are still the caller's, each with its place among the bodies of the owner; one that Redis has forgotten is
-- taken again by whoever must still be alone.
-- KEYS for each lock: the lock, then the bodies of the owner; the lock again where no body is counted
-- ARGV 1 lease (ms)  2… for each lock, in the order of KEYS, its token, and '1' if its lease is not over yet and will not be before
--      this answer is heard or given up
-- Reply for each lock 1 renewed, 0 lost
local time = redis.call('TIME')
local ends = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1])
local renewed = {}
for i = 1, #KEYS / 2 do
  local lock, bodies, token = KEYS[2 * i - 1], KEYS[2 * i], ARGV[2 * i]
  local holder = redis.call('GET', lock)
  if holder == token then
    renewed[i] = redis.call('PEXPIRE', lock, ARGV[1])
  elseif not holder and ARGV[2 * i + 1] == '1' and redis.pcall('SET', lock, token, 'PX', ARGV[1]).ok then
    renewed[i] = 1
  else
    renewed[i] = 0
  end
  if renewed[i] == 1 and bodies ~= lock then
    -- A full Redis takes a PEXPIRE but no ZADD: the lock counts for more than the place.
    redis.pcall('ZADD', bodies, ends, token)
    redis.call('PEXPIRE', bodies, ARGV[1])
  end
end
return renewed
