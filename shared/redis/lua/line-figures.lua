-- Counts the line.
-- KEYS 1 prefix of the line
-- Reply {pending, in flight, slots of all workers, ms the longest pending has waited (0: none)}
local line, pending, oldest = KEYS[1], 0, nil
for _, owner in ipairs(redis.call('ZRANGE', line .. 'owners', 0, -1)) do
  for _, kind in ipairs({'pending:', 'large:'}) do
    pending = pending + redis.call('ZCARD', line .. kind .. owner)
    local first = redis.call('ZRANGE', line .. kind .. owner, 0, 0, 'WITHSCORES')[2]
    if first and (not oldest or tonumber(first) < oldest) then oldest = tonumber(first) end
  end
end
local waited = oldest and math.max(0, nowMs() - oldest) or 0
return {pending, redis.call('HLEN', line .. 'in-flight'), slots(line), string.format('%.0f', waited)}
