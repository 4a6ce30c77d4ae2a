-- Bookers of the network who visited any of its venues in the season before.
SELECT count(*) AS n
FROM bookers AS b
WHERE b.attendances > 0 AND EXISTS (SELECT 1 FROM previous_pairs AS p WHERE p.booker = b.booker)
