-- Bookers per venue by where they attended: only in the hall, only online, or both.
WITH mixed AS (
    SELECT
        venue AS venue,
        CASE
            WHEN (traits & 3) = 1 THEN 'online'
            WHEN (traits & 3) = 2 THEN 'hall'
            ELSE 'both'
        END AS channel_mix
    FROM core_pairs
    WHERE attendances > 0
)

SELECT venue AS venue, channel_mix AS channel_mix, count(*) AS n
FROM mixed
GROUP BY venue, channel_mix
