-- Tells every listener that the event stream begins anew: what came before may be missing from it. Ids go on increasing from `floor`,
-- also where Redis came back with an empty stream and an earlier clock.
-- KEYS 1 events
-- ARGV 1 floor, milliseconds  2 floor, number  3 stream length
-- Reply the id of the announcement
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'anew', '1')
local ms, number = string.match(id, '^(%d+)-(%d+)$')
local floor, above = tonumber(ARGV[1]), tonumber(ARGV[2])
if tonumber(ms) > floor or (tonumber(ms) == floor and tonumber(number) > above) then return id end
return redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], string.format('%.0f-%.0f', floor, above + 1), 'anew', '1')
