-- Puts uploads in the line for a scan; one that is in it already keeps its place. Then gives the queue what may go now.
-- KEYS 1 prefix of the line
-- ARGV 1 most in flight of one owner (0: no limit), then for each upload: id, owner, came at (ms), '1' if large
-- Reply {id, owner, …} to be added to the queue: what may go now, and what was in flight already (its job may be lost)
local again = {}
for i = 2, #ARGV, 4 do
  if not enter(KEYS[1], ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3] == '1') then
    again[#again + 1] = ARGV[i]
    again[#again + 1] = ARGV[i + 1]
  end
end
local given = dispatch(KEYS[1], tonumber(ARGV[1]))
for _, part in ipairs(again) do given[#given + 1] = part end
return given
