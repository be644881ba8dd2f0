-- Adds up what some of an owner's uploads are charged; many of them at once would keep everybody else waiting.
-- KEYS 1 quota of the owner  2 uploads or partials of the owner
-- ARGV 1 prefix of the uploads  2 where to go on ('-': at the beginning, else '(' and the id seen last)  3 how many
-- Reply {used, reserved, id seen last ('' where there are no more), used and reserved as the quota says}
local ids = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[2], '+', 'LIMIT', 0, ARGV[3])
local used, reserved = 0, 0
for _, id in ipairs(ids) do
  local held = redis.call('HMGET', ARGV[1] .. id, 'used', 'reserved')
  used = used + (tonumber(held[1] or 0) or 0)
  reserved = reserved + (tonumber(held[2] or 0) or 0)
end
local quota = redis.call('HMGET', KEYS[1], 'used', 'reserved')
local last = #ids < tonumber(ARGV[3]) and '' or ids[#ids]
return {string.format('%.0f', used), string.format('%.0f', reserved), last, quota[1] or '0', quota[2] or '0'}
