-- Takes an upload out of the line (its job has ended), and gives the queue what may go now.
-- KEYS 1 prefix of the line
-- ARGV 1 most in flight of one owner (0: no limit)  2 id ('': none)  3 owner
-- Reply {id, owner, …} to be added to the queue
if ARGV[2] ~= '' then leave(KEYS[1], ARGV[2], ARGV[3]) end
return dispatch(KEYS[1], tonumber(ARGV[1]))
