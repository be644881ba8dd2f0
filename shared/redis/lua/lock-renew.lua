-- Renews the locks that are still the caller's, each with its place among the bodies of the owner.
-- KEYS for each lock: the lock, then the bodies of the owner; the lock again where no body is counted
-- ARGV 1 lease (ms)  2… the token of each lock, in the order of KEYS
-- Reply for each lock 1 renewed, 0 lost
local time = redis.call('TIME')
local ends = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1])
local renewed = {}
for i = 1, #KEYS / 2 do
  local lock, bodies = KEYS[2 * i - 1], KEYS[2 * i]
  if redis.call('GET', lock) == ARGV[i + 1] then
    redis.call('PEXPIRE', lock, ARGV[1])
    if bodies ~= lock then
      redis.call('ZADD', bodies, ends, ARGV[i + 1])
      redis.call('PEXPIRE', bodies, ARGV[1])
    end
    renewed[i] = 1
  else
    renewed[i] = 0
  end
end
return renewed
