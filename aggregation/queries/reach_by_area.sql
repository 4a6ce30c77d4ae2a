-- Bookers per venue and postcode area of their latest order there that states one.
WITH counted AS (
    SELECT venue AS venue, place AS place, count(*) AS bookers
    FROM core_pairs
    WHERE attendances > 0
    GROUP BY venue, place
)

SELECT c.venue AS venue, a.area AS area, c.bookers AS n
FROM counted AS c
INNER JOIN areas AS a ON a.place = c.place
