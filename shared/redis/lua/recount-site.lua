-- Makes the bytes promised in the whole site the sum over the uploads in receipt.
-- KEYS 1 site  2 uploads in receipt
-- ARGV 1 prefix of the uploads  2 '1': put it right, '0': only look
-- Reply {pending before, pending}
local pending = 0
for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local held = redis.call('HMGET', ARGV[1] .. id, 'reserved', 'received')
  pending = pending + math.max((tonumber(held[1] or 0) or 0) - (tonumber(held[2] or 0) or 0), 0)
end
local before = redis.call('HGET', KEYS[1], 'pending')
local now = string.format('%.0f', pending)
if ARGV[2] == '1' then redis.call('HSET', KEYS[1], 'pending', now) end
return {before or '0', now}
