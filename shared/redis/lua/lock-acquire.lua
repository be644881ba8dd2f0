-- Takes the lock of an upload if nobody has it and, if it is taken for a body, one of the places its owner has for bodies.
-- KEYS 1 lock  2 bodies of the owner (sorted set: token by the end of its lease, ms)  3 age of the locks
-- ARGV 1 token  2 lease (ms)  3 most bodies of the owner at a time (0: they are not counted)
--      4 the age this caller saw last ('': none yet)  5 '1': the upload is new, nobody else can know of it
--      6 '1': this server has no replicas that take over
-- Reply {1 taken | 0 somebody else has it | 2 the owner has no place left | 3 too early, age, ms until it is not too early}
-- An age of the locks begins when some may have been forgotten: on another server (fail-over), after a restart, after a flush. Whoever
-- holds a forgotten one writes until its lease ends, so nobody is given one before that. A site's very first age needs no such wait.
local most = tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local info = redis.call('INFO', 'server', 'replication')
local server = string.match(info, 'run_id:(%x+)')
local age = redis.call('GET', KEYS[3])
local before, since, first = string.match(age or '', '^(%x+) (%d+) (%d)$')
if before ~= server then
  -- A server alone, that never was a replica, has forgotten nothing later than its own start.
  local restarted = age and ARGV[6] == '1' and string.match(info, 'master_replid2:0+%s') and string.match(info, 'uptime_in_seconds:(%d+)')
  since = now - (restarted or 0) * 1000
  first = (age or ARGV[4] ~= '') and '0' or '1'
elseif ARGV[4] ~= '' and ARGV[4] ~= server .. ' ' .. since then
  -- Somebody who knew of no age before has begun this one as the first.
  first = '0'
end
local seen = server .. ' ' .. string.format('%.0f', since)
if seen .. ' ' .. first ~= age then redis.call('SET', KEYS[3], seen .. ' ' .. first) end
local wait = since + ARGV[2] - now
if first == '0' and wait > 0 and ARGV[5] ~= '1' then return {3, seen, wait} end
local holder = redis.call('GET', KEYS[1])
-- The caller's own: the command was sent again after a reconnect.
if holder then return {holder == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0, seen, 0} end
if most > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
  if redis.call('ZCARD', KEYS[2]) >= most then return {2, seen, 0} end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if most > 0 then
  redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2]), ARGV[1])
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
end
return {1, seen, 0}
