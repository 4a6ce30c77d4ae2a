-- Bookers of the network per kind of ticket, each counted once per kind. Above the bound, keyed-hash
-- order decides which kinds.
WITH sets AS (
    SELECT traits & :all_classes AS kinds, count(*) AS bookers
    FROM bookers
    WHERE attendances > 0 AND bit_count(traits & :all_classes) <= :network_classes
    GROUP BY 1
),

above AS (
    SELECT
        k.product_class AS product_class,
        row_number() OVER (
            PARTITION BY p.booker
            ORDER BY sha2(:salt || ':' || lower(hex(p.booker)) || ':' || k.product_class, 256)
        ) AS kind_rank
    FROM bookers AS p
    INNER JOIN product_classes AS k ON (p.traits & k.bit) <> 0
    WHERE p.attendances > 0 AND bit_count(p.traits & :all_classes) > :network_classes
),

kept AS (
    SELECT k.product_class AS product_class, s.bookers AS bookers
    FROM sets AS s
    INNER JOIN product_classes AS k ON (s.kinds & k.bit) <> 0
    UNION ALL
    SELECT product_class AS product_class, 1 AS bookers
    FROM above
    WHERE kind_rank <= :network_classes
)

SELECT product_class AS product_class, sum(bookers) AS n
FROM kept
GROUP BY product_class
