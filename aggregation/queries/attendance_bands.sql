-- Bookers per venue by the number of performances they attended there.
WITH banded AS (
    SELECT
        venue AS venue,
        CASE
            WHEN attendances = 1 THEN '1'
            WHEN attendances = 2 THEN '2'
            WHEN attendances <= 5 THEN '3-5'
            ELSE '6+'
        END AS attendance_band
    FROM core_pairs
    WHERE attendances > 0
)

SELECT venue AS venue, attendance_band AS attendance_band, count(*) AS n
FROM banded
GROUP BY venue, attendance_band
