-- The same as reach_by_area.sql, of each booker's very first venues only: fewer venues, less noise.
WITH counted AS (
    SELECT venue AS venue, place AS place, count(*) AS bookers
    FROM core_pairs
    WHERE attendances > 0 AND venue_rank <= :first_venues
    GROUP BY venue, place
)

SELECT c.venue AS venue, a.area AS area, c.bookers AS n
FROM counted AS c
INNER JOIN areas AS a ON a.place = c.place
