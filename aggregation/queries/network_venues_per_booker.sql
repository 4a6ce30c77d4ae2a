-- Bookers of the network by the number of venues they visited.
WITH banded AS (
    SELECT
        CASE
            WHEN venues = 1 THEN '1'
            WHEN venues = 2 THEN '2'
            WHEN venues = 3 THEN '3'
            WHEN venues = 4 THEN '4'
            WHEN venues <= 6 THEN '5-6'
            WHEN venues <= 12 THEN '7-12'
            WHEN venues <= 20 THEN '13-20'
            ELSE '21+'
        END AS venue_band
    FROM bookers
    WHERE attendances > 0
)

SELECT venue_band AS venue_band, count(*) AS n
FROM banded
GROUP BY venue_band
