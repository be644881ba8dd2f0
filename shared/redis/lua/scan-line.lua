-- The line of uploads that wait for a scan; put in front of each script that touches it. `line` begins its keys, and each entry is
-- an upload id:
--   owners              sorted set: owners who wait, by their turn      turn     counter
--   pending:<owner>     sorted set: ids by the time they came (ms)      large:<owner>   the same for large files
--   in-flight           hash: id → owner, or 'owner large': given to the queue and not done
--   busy                hash: owner → how many of his are in flight, 'owner large' → how many of those are large
--   retrying            set: ids in flight that wait for another attempt and so use no slot
--   workers             sorted set: 'slots:worker' by the end of its lease (ms)
local function enter(line, id, owner, at, large)
  if redis.call('HEXISTS', line .. 'in-flight', id) == 1 then return false end
  redis.call('ZADD', line .. (large and 'large:' or 'pending:') .. owner, 'NX', at, id)
  if not redis.call('ZSCORE', line .. 'owners', owner) then
    redis.call('ZADD', line .. 'owners', redis.call('INCR', line .. 'turn'), owner)
  end
  return true
end

local function less(line, field)
  if redis.call('HINCRBY', line .. 'busy', field, -1) <= 0 then redis.call('HDEL', line .. 'busy', field) end
end

local function leave(line, id, owner)
  redis.call('ZREM', line .. 'pending:' .. owner, id)
  redis.call('ZREM', line .. 'large:' .. owner, id)
  local place = redis.call('HGET', line .. 'in-flight', id)
  if not place then return end
  redis.call('HDEL', line .. 'in-flight', id)
  redis.call('SREM', line .. 'retrying', id)
  less(line, owner)
  if place ~= owner then less(line, place) end
end

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function slots(line)
  redis.call('ZREMRANGEBYSCORE', line .. 'workers', '-inf', string.format('%.0f', nowMs()))
  local sum = 0
  for _, worker in ipairs(redis.call('ZRANGE', line .. 'workers', 0, -1)) do sum = sum + tonumber(string.match(worker, '^%d+')) end
  return sum
end

local function busy(line, field) return tonumber(redis.call('HGET', line .. 'busy', field) or 0) end

-- The owner's next id, true if it is large; false: none may go now; nil: none waits.
local function nextOf(line, owner, perUser, mostLarge)
  local small = redis.call('ZRANGE', line .. 'pending:' .. owner, 0, 0, 'WITHSCORES')
  local large = redis.call('ZRANGE', line .. 'large:' .. owner, 0, 0, 'WITHSCORES')
  if not small[1] and not large[1] then return nil end
  if perUser > 0 and busy(line, owner) >= perUser then return false end
  local mayLarge = large[1] and busy(line, owner .. ' large') < mostLarge
  if mayLarge and (not small[1] or tonumber(large[2]) < tonumber(small[2])) then return large[1], true end
  return small[1] or false, false
end

-- Gives the queue what may go now, owner by owner in turn: as many as the workers have slots, and as many again so that no slot waits.
-- One owner has at most perUser (0: no limit) in flight, and leaves one slot of the site free of large files.
-- Answers {id, owner, id, owner, …}.
local function dispatch(line, perUser)
  local all = slots(line)
  local room = all * 2 - redis.call('HLEN', line .. 'in-flight') + redis.call('SCARD', line .. 'retrying')
  local given, at = {}, 0
  while room > 0 do
    local owner = redis.call('ZRANGE', line .. 'owners', at, at)[1]
    if not owner then break end
    local id, large = nextOf(line, owner, perUser, math.max(1, all - 1))
    if id == nil then
      redis.call('ZREM', line .. 'owners', owner)
    elseif id == false then
      at = at + 1
    else
      redis.call('ZREM', line .. (large and 'large:' or 'pending:') .. owner, id)
      redis.call('HSET', line .. 'in-flight', id, large and owner .. ' large' or owner)
      redis.call('HINCRBY', line .. 'busy', owner, 1)
      if large then redis.call('HINCRBY', line .. 'busy', owner .. ' large', 1) end
      redis.call('ZADD', line .. 'owners', redis.call('INCR', line .. 'turn'), owner)
      given[#given + 1] = id
      given[#given + 1] = owner
      room = room - 1
    end
  end
  return given
end
