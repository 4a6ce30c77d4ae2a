-- Bookers of the network by where they attended: only in the hall, only online, or both.
WITH mixed AS (
    SELECT
        CASE
            WHEN (traits & 3) = 1 THEN 'online'
            WHEN (traits & 3) = 2 THEN 'hall'
            ELSE 'both'
        END AS channel_mix
    FROM bookers
    WHERE attendances > 0
)

SELECT channel_mix AS channel_mix, count(*) AS n
FROM mixed
GROUP BY channel_mix
