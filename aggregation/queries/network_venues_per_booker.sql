-- Bookers of the network by the number of venues they visited.
WITH banded AS (
    SELECT
        CASE
            WHEN venues = 1 THEN '1'
            WHEN venues = 2 THEN '2'
            WHEN venues <= 4 THEN '3-4'
            ELSE '5+'
        END AS venue_band
    FROM bookers
    WHERE attendances > 0
)

SELECT venue_band AS venue_band, count(*) AS n
FROM banded
GROUP BY venue_band
