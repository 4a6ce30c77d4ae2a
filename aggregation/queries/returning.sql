-- Bookers of this season's core pairs who visited the same venue in the season before.
SELECT p.venue AS venue, count(*) AS n
FROM core_pairs AS p
INNER JOIN previous_pairs AS b ON b.booker = p.booker AND b.venue = p.venue
WHERE p.attendances > 0
GROUP BY p.venue
