-- Which uploads do not just wait in the line: they are in flight, and their job may be lost, or the line does not know them.
-- KEYS 1 prefix of the line
-- ARGV 1 prefix of the uploads  2… ids
-- Reply their ids
local missing = {}
for i = 2, #ARGV do
  local owner = redis.call('HGET', ARGV[1] .. ARGV[i], 'owner') or ''
  local waits = redis.call('ZSCORE', KEYS[1] .. 'pending:' .. owner, ARGV[i]) or redis.call('ZSCORE', KEYS[1] .. 'large:' .. owner, ARGV[i])
  if not waits then missing[#missing + 1] = ARGV[i] end
end
return missing
