-- Bookers of the network by the number of performances they attended at all venues together.
WITH banded AS (
    SELECT
        CASE
            WHEN attendances = 1 THEN '1'
            WHEN attendances = 2 THEN '2'
            WHEN attendances <= 5 THEN '3-5'
            ELSE '6+'
        END AS attendance_band
    FROM bookers
    WHERE attendances > 0
)

SELECT attendance_band AS attendance_band, count(*) AS n
FROM banded
GROUP BY attendance_band
