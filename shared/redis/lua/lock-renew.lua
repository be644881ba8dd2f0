-- Renews the locks that are still the caller's.
-- KEYS locks
-- ARGV 1 lease (ms)  2… the token of each lock, in the order of KEYS
-- Reply for each lock 1 renewed, 0 lost
local renewed = {}
for i, lock in ipairs(KEYS) do
  if redis.call('GET', lock) == ARGV[i + 1] then
    redis.call('PEXPIRE', lock, ARGV[1])
    renewed[i] = 1
  else
    renewed[i] = 0
  end
end
return renewed
