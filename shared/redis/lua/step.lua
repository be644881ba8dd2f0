-- Makes one step of the state machine: compare the state, set it, move the quota, keep the indexes, append the event.
-- What is received enters the line for a scan, what is settled leaves it (scan-line.lua stands in front of this script).
-- KEYS 1 upload  2 events  3 uploads of the owner  4 all uploads  5 quota of the owner  6 site  7 placed files of the owner
--      8 prefix of the line  9 partials of the owner  10 uploads whose file was replaced  11 built
-- ARGV 1 id  2 owner  3 from (states, comma between, comma at both ends)  4 to  5 now (ms)  6 record (JSON)  7 view (JSON)
--      8 length in bytes  9 prefix of the state sets  10 stream length (0: a partial, no event)  11 seconds to keep a gone upload  12 at (RFC 3339)
--      13 received bytes  14 place ('job/path' of the complete file; '' where there is none)
--      15 how it waits for its scan: 'small', 'large' or '' (it is not scanned)
--      16 prefix of the upload keys  17 '1': a final that was not to be lets its partials go  18… ids of the partials of a final
-- A final takes its partials along when it leaves receipt: their charge moves to it, or ends with it. Until then they are kept for it.
-- While the index is not whole nobody knows whether a final waits for a partial: none goes then.
-- A gone upload stays in its state's set until its bytes are removed, so that a crash in between is seen.
-- Reply {'stepped', event id, id of the upload whose file was replaced or ''} | {'already', record} | {'refused', state} | {'missing'}
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return {'missing'} end
-- Its final took it along: nobody else may think that he deleted it, and remove the bytes.
if state == 'deleted' and ARGV[4] == state and redis.call('HEXISTS', KEYS[1], 'final') == 1 then return {'refused', 'claimed'} end
if state == ARGV[4] then return {'already', redis.call('HGET', KEYS[1], 'record')} end
if not string.find(ARGV[3], ',' .. state .. ',', 1, true) then return {'refused', state} end

local to, length = ARGV[4], tonumber(ARGV[8])
local gone = to == 'deleted' or to == 'expired'
if state == 'receiving' then
  local final = gone and redis.call('HGET', KEYS[1], 'final')
  if final and redis.call('HGET', ARGV[16] .. final, 'state') == 'receiving' then return {'refused', 'claimed'} end
  if gone and ARGV[10] == '0' and redis.call('EXISTS', KEYS[11]) == 0 then return {'refused', 'rebuilding'} end
  for i = 18, gone and 0 or #ARGV do
    if redis.call('HGET', ARGV[16] .. ARGV[i], 'whole') ~= '1' then return {'refused', 'waiting'} end
  end
end
local held = redis.call('HMGET', KEYS[1], 'reserved', 'received', 'used')
local reserved, received, used = tonumber(held[1] or 0), tonumber(held[2] or 0), tonumber(held[3] or 0)

-- 0 - x, never -x: minus zero is printed as '-0', which is no integer to Redis.
local function give_back(reserved, received)
  redis.call('HINCRBY', KEYS[5], 'reserved', string.format('%.0f', 0 - reserved))
  redis.call('HINCRBY', KEYS[6], 'pending', string.format('%.0f', 0 - math.max(reserved - received, 0)))
end
local function take_along(id)
  local key = ARGV[16] .. id
  local part = redis.call('HMGET', key, 'state', 'final', 'reserved', 'received')
  if part[1] ~= 'receiving' or part[2] ~= ARGV[1] then return end
  if ARGV[17] == '1' then redis.call('HDEL', key, 'final') return end
  give_back(tonumber(part[3] or 0), tonumber(part[4] or 0))
  redis.call('HSET', key, 'state', 'deleted', 'reserved', 0)
  redis.call('ZREM', KEYS[9], id)
  redis.call('ZREM', ARGV[9] .. 'receiving', id)
  redis.call('EXPIRE', key, ARGV[11])
end
if state == 'receiving' then
  give_back(reserved, received)
  for i = 18, #ARGV do take_along(ARGV[i]) end
end
local charge = gone and 0 or length
redis.call('HINCRBY', KEYS[5], 'used', string.format('%.0f', charge - used))

redis.call('HSET', KEYS[1], 'state', to, 'record', ARGV[6], 'reserved', 0, 'used', string.format('%.0f', charge), 'received', ARGV[13],
  'at', ARGV[5])
redis.call('ZREM', ARGV[9] .. state, ARGV[1])
if gone then
  redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('ZREM', KEYS[4], ARGV[1])
  redis.call('ZREM', KEYS[9], ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[11])
end
redis.call('ZADD', ARGV[9] .. to, ARGV[5], ARGV[1])

if to == 'received' then
  if ARGV[15] ~= '' then enter(KEYS[8], ARGV[1], ARGV[2], ARGV[5], ARGV[15] == 'large') end
elseif to ~= 'scanning' then
  leave(KEYS[8], ARGV[1], ARGV[2])
end

local replaced = ''
if ARGV[14] ~= '' then
  local holder = redis.call('HGET', KEYS[7], ARGV[14])
  if to == 'complete' then
    redis.call('HSET', KEYS[7], ARGV[14], ARGV[1])
    if holder and holder ~= ARGV[1] then
      replaced = holder
      redis.call('ZADD', KEYS[10], ARGV[5], holder)
    end
  elseif holder == ARGV[1] then
    redis.call('HDEL', KEYS[7], ARGV[14])
  end
end
if ARGV[10] == '0' then return {'stepped', '', replaced} end
local event = redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[10], '*',
  'owner', ARGV[2], 'upload_id', ARGV[1], 'state', to, 'previous', state, 'at', ARGV[12], 'upload', ARGV[7])
return {'stepped', event, replaced}
