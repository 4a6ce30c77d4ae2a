-- Bookers of the network per genre, each counted once per genre. Above the bound, keyed-hash order decides.
WITH sets AS (
    SELECT traits & :all_genres AS kinds, count(*) AS bookers
    FROM bookers
    WHERE attendances > 0 AND bit_count(traits & :all_genres) <= :network_genres
    GROUP BY 1
),

above AS (
    SELECT
        k.genre AS genre,
        row_number() OVER (
            PARTITION BY p.booker
            ORDER BY sha2(:salt || ':' || lower(hex(p.booker)) || ':' || k.genre, 256)
        ) AS kind_rank
    FROM bookers AS p
    INNER JOIN genres AS k ON (p.traits & k.bit) <> 0
    WHERE p.attendances > 0 AND bit_count(p.traits & :all_genres) > :network_genres
),

kept AS (
    SELECT k.genre AS genre, s.bookers AS bookers
    FROM sets AS s
    INNER JOIN genres AS k ON (s.kinds & k.bit) <> 0
    UNION ALL
    SELECT genre AS genre, 1 AS bookers
    FROM above
    WHERE kind_rank <= :network_genres
)

SELECT genre AS genre, sum(bookers) AS n
FROM kept
GROUP BY genre
