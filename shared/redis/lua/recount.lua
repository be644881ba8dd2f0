-- Makes an owner's quota the sum of what the owner's uploads are charged: exact, since nothing else runs meanwhile.
-- KEYS 1 quota of the owner  2 uploads of the owner  3 partials of the owner
-- ARGV 1 prefix of the uploads  2 '1': put it right, '0': only look
-- Reply {used before, reserved before, used, reserved}
local used, reserved = 0, 0
for _, list in ipairs({KEYS[2], KEYS[3]}) do for _, id in ipairs(redis.call('ZRANGE', list, 0, -1)) do
  local held = redis.call('HMGET', ARGV[1] .. id, 'used', 'reserved')
  used = used + (tonumber(held[1] or 0) or 0)
  reserved = reserved + (tonumber(held[2] or 0) or 0)
end end
local before = redis.call('HMGET', KEYS[1], 'used', 'reserved')
local now = {string.format('%.0f', used), string.format('%.0f', reserved)}
if ARGV[2] == '1' then
  if used == 0 and reserved == 0 then redis.call('DEL', KEYS[1])
  else redis.call('HSET', KEYS[1], 'used', now[1], 'reserved', now[2]) end
end
return {before[1] or '0', before[2] or '0', now[1], now[2]}
