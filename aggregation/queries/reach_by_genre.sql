-- Bookers per venue and genre. Above the bound, a booker's genre there are kept in keyed-hash order.
WITH sets AS (
    SELECT venue AS venue, traits & :all_genres AS kinds, count(*) AS bookers
    FROM core_pairs
    WHERE attendances > 0 AND bit_count(traits & :all_genres) <= :genres_per_venue
    GROUP BY 1, 2
),

above AS (
    SELECT
        p.venue AS venue,
        k.genre AS genre,
        row_number() OVER (
            PARTITION BY p.booker, p.venue
            ORDER BY sha2(:salt || ':' || lower(hex(p.booker)) || ':' || p.venue || ':' || k.genre, 256)
        ) AS kind_rank
    FROM core_pairs AS p
    INNER JOIN genres AS k ON (p.traits & k.bit) <> 0
    WHERE p.attendances > 0 AND bit_count(p.traits & :all_genres) > :genres_per_venue
),

kept AS (
    SELECT s.venue AS venue, k.genre AS genre, s.bookers AS bookers
    FROM sets AS s
    INNER JOIN genres AS k ON (s.kinds & k.bit) <> 0
    UNION ALL
    SELECT venue AS venue, genre AS genre, 1 AS bookers
    FROM above
    WHERE kind_rank <= :genres_per_venue
)

SELECT venue AS venue, genre AS genre, sum(bookers) AS n
FROM kept
GROUP BY venue, genre
