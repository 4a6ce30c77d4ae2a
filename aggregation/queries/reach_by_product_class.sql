-- Bookers per venue and kind of ticket. Above the bound, a booker's kinds there are kept in keyed-hash order.
WITH sets AS (
    SELECT venue AS venue, traits & :all_classes AS kinds, count(*) AS bookers
    FROM core_pairs
    WHERE attendances > 0 AND bit_count(traits & :all_classes) <= :classes_per_venue
    GROUP BY 1, 2
),

above AS (
    SELECT
        p.venue AS venue,
        k.product_class AS product_class,
        row_number() OVER (
            PARTITION BY p.booker, p.venue
            ORDER BY
                sha2(:salt || ':' || lower(hex(p.booker)) || ':' || p.venue || ':' || k.product_class, 256)
        ) AS kind_rank
    FROM core_pairs AS p
    INNER JOIN product_classes AS k ON (p.traits & k.bit) <> 0
    WHERE p.attendances > 0 AND bit_count(p.traits & :all_classes) > :classes_per_venue
),

kept AS (
    SELECT s.venue AS venue, k.product_class AS product_class, s.bookers AS bookers
    FROM sets AS s
    INNER JOIN product_classes AS k ON (s.kinds & k.bit) <> 0
    UNION ALL
    SELECT venue AS venue, product_class AS product_class, 1 AS bookers
    FROM above
    WHERE kind_rank <= :classes_per_venue
)

SELECT venue AS venue, product_class AS product_class, sum(bookers) AS n
FROM kept
GROUP BY venue, product_class
