-- Moves the copy of one picture. Runs as one step, so readers see it before or after, never between.
-- KEYS[1] the hash · ARGV[1] "advance" or "replace" · ARGV[2] from · ARGV[3] to
-- ARGV[4] number of fields to set, then name, value …; the rest are names to remove.
-- Answers "done", or where the copy stands ("" for nowhere).
local stands = redis.call('HGET', KEYS[1], '@position')
if ARGV[1] == 'advance' then
  if stands ~= ARGV[2] then return stands or '' end
elseif stands then
  local here_epoch, here_seq = string.match(stands, '^(%d+):(%d+)$')
  local new_epoch, new_seq = string.match(ARGV[3], '^(%d+):(%d+)$')
  -- Numbers as text of equal epoch: the longer, or the later of the same length, is further on.
  if here_epoch == new_epoch
    and (#here_seq > #new_seq or (#here_seq == #new_seq and here_seq > new_seq)) then
    return stands
  end
  redis.call('DEL', KEYS[1])
end
local sets = tonumber(ARGV[4])
local at = 5
for _ = 1, sets do
  redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
  at = at + 2
end
while ARGV[at] do
  redis.call('HDEL', KEYS[1], ARGV[at])
  at = at + 1
end
redis.call('HSET', KEYS[1], '@position', ARGV[3])
return 'done'
