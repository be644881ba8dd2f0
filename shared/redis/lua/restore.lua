-- Puts an upload back as its record on disk has it, unless Redis has that or something later already; makes its indexes whole.
-- KEYS 1 upload  2 uploads of the owner  3 all uploads  4 quota of the owner  5 site  6 placed files of the owner  7 events
--      8 partials of the owner
-- ARGV 1 id  2 owner  3 state  4 updated (ms)  5 record (JSON)  6 received bytes  7 reserved bytes  8 used bytes
--      9 prefix of the state sets  10 prefix of the uploads  11 last moved (ms)  12 place ('job/path'; '' where there is none)
--      13 seconds to keep a gone upload  14 '1': bytes of a gone upload are left on the disk
--      15 view (JSON; '': append no event)  16 at (RFC 3339)  17 stream length
--      18 what it is to tus "concatenation": 'partial', 'whole' (a partial with all its bytes) or ''  19… ids of the partials of a final
-- A final in receipt claims its partials, one that has left receipt has taken them along: their charge is its own.
-- Reply {kind, state, loser}: kind 'restored' | 'replaced' (Redis had something older) | 'present'; loser is the upload that lost
-- its place to a later one ('' where there is none)
local function number(value) return tonumber(value or 0) or 0 end
local function print(value) return string.format('%.0f', value) end

local held = redis.call('HMGET', KEYS[1], 'state', 'at', 'reserved', 'used', 'received')
local before = held[1]
local kind = before and 'replaced' or 'restored'
-- A record without a time is one of an older version: Redis knows better.
if before and (not held[2] or number(held[2]) >= tonumber(ARGV[4])) then kind = 'present' end
-- Only Redis knows of a scan under way: the record says 'received' all the time, also where parts of it were put together since.
if before == 'scanning' and ARGV[3] == 'received' then kind = 'present' end
-- A partial's record says nothing of its end: its final took it along.
if (before == 'deleted' or before == 'expired') and ARGV[18] ~= '' then kind = 'present' end
local state = kind == 'present' and before or ARGV[3]
local gone = state == 'deleted' or state == 'expired'

if kind == 'present' and not held[2] then redis.call('HSET', KEYS[1], 'at', ARGV[4]) end
if kind ~= 'present' then
  local reserved, used, received = number(held[3]), number(held[4]), number(held[5])
  local pending = before == 'receiving' and math.max(reserved - received, 0) or 0
  local wanted = state == 'receiving' and math.max(tonumber(ARGV[7]) - tonumber(ARGV[6]), 0) or 0
  redis.call('HINCRBY', KEYS[4], 'reserved', print(tonumber(ARGV[7]) - reserved))
  redis.call('HINCRBY', KEYS[4], 'used', print(tonumber(ARGV[8]) - used))
  redis.call('HINCRBY', KEYS[5], 'pending', print(wanted - pending))
  redis.call('HSET', KEYS[1], 'state', state, 'owner', ARGV[2], 'record', ARGV[5], 'received', ARGV[6],
    'reserved', ARGV[7], 'used', ARGV[8], 'at', ARGV[4])
  if before then redis.call('ZREM', ARGV[9] .. before, ARGV[1]) end
  if gone then
    redis.call('ZREM', KEYS[2], ARGV[1])
    redis.call('ZREM', KEYS[3], ARGV[1])
    redis.call('ZREM', KEYS[8], ARGV[1])
    redis.call('EXPIRE', KEYS[1], ARGV[13])
    if ARGV[14] == '1' then redis.call('ZADD', ARGV[9] .. state, ARGV[11], ARGV[1]) end
  else
    redis.call('PERSIST', KEYS[1])
  end
end

local loser = ''
if not gone then
  if ARGV[18] == '' then
    redis.call('ZADD', KEYS[2], 'NX', 0, ARGV[1])
    redis.call('ZADD', KEYS[3], 'NX', 0, ARGV[1])
  else
    redis.call('ZADD', KEYS[8], 'NX', 0, ARGV[1])
    if ARGV[18] == 'whole' and kind ~= 'present' then redis.call('HSET', KEYS[1], 'whole', '1') end
  end
  redis.call('ZADD', ARGV[9] .. state, 'NX', ARGV[11], ARGV[1])
end
if ARGV[12] ~= '' then
  local holder = redis.call('HGET', KEYS[6], ARGV[12])
  if state == 'complete' and ARGV[3] == 'complete' then
    local other = holder and holder ~= ARGV[1] and redis.call('HMGET', ARGV[10] .. holder, 'state', 'at')
    if other and other[1] == 'complete' and number(other[2]) > tonumber(ARGV[4]) then
      loser = ARGV[1]
    else
      if other and other[1] == 'complete' then loser = holder end
      redis.call('HSET', KEYS[6], ARGV[12], ARGV[1])
    end
  elseif gone and holder == ARGV[1] then
    redis.call('HDEL', KEYS[6], ARGV[12])
  end
end

for i = 19, #ARGV do
  local key = ARGV[10] .. ARGV[i]
  local part = redis.call('HMGET', key, 'state', 'final', 'reserved', 'received')
  if part[1] == 'receiving' and (not part[2] or part[2] == ARGV[1]) then
    if state == 'receiving' then
      redis.call('HSET', key, 'final', ARGV[1])
    else
      local reserved = number(part[3])
      redis.call('HINCRBY', KEYS[4], 'reserved', print(0 - reserved))
      redis.call('HINCRBY', KEYS[5], 'pending', print(0 - math.max(reserved - number(part[4]), 0)))
      redis.call('HSET', key, 'state', 'deleted', 'reserved', 0, 'final', ARGV[1])
      redis.call('ZREM', ARGV[9] .. 'receiving', ARGV[i])
      redis.call('ZREM', KEYS[8], ARGV[i])
      redis.call('EXPIRE', key, ARGV[13])
    end
  end
end

-- A newer record in the same state is no step, and a partial is no file that anybody is told of.
if kind ~= 'present' and before ~= state and ARGV[15] ~= '' and ARGV[18] == '' then
  redis.call('XADD', KEYS[7], 'MAXLEN', '~', ARGV[17], '*', 'owner', ARGV[2], 'upload_id', ARGV[1],
    'state', state, 'previous', before or '', 'at', ARGV[16], 'upload', ARGV[15])
end
return {kind, state, loser}
