-- How often the bounds leave a booker out of a genre or product class: at a core venue above the bound, at
-- every venue beyond the core, and in the network's own tables. Of one booker up to a bound of its own.
WITH left_out AS (
    SELECT
        booker AS booker,
        greatest(bit_count(traits & :all_genres) - :genres_per_venue, 0) AS genres,
        greatest(bit_count(traits & :all_classes) - :classes_per_venue, 0) AS classes
    FROM core_pairs
    WHERE
        attendances > 0
        AND (
            bit_count(traits & :all_genres) > :genres_per_venue
            OR bit_count(traits & :all_classes) > :classes_per_venue
        )
    UNION ALL
    SELECT
        p.booker AS booker,
        bit_count(p.traits & :all_genres) AS genres,
        bit_count(p.traits & :all_classes) AS classes
    FROM venue_ranks AS r
    INNER JOIN venue_pairs AS p ON p.booker = r.booker AND p.venue = r.venue
    WHERE r.venue_rank > :core_venues AND p.attendances > 0
),

at_venues AS (
    SELECT
        least(sum(genres), :kinds_beyond) AS genres,
        least(sum(classes), :kinds_beyond) AS classes
    FROM left_out
    GROUP BY booker
),

in_network AS (
    SELECT
        least(greatest(bit_count(traits & :all_genres) - :network_genres, 0), :kinds_beyond) AS genres,
        least(greatest(bit_count(traits & :all_classes) - :network_classes, 0), :kinds_beyond) AS classes
    FROM bookers
    WHERE
        attendances > 0
        AND (
            bit_count(traits & :all_genres) > :network_genres
            OR bit_count(traits & :all_classes) > :network_classes
        )
)

SELECT 'genre' AS kind_cut, coalesce(sum(genres), 0) AS n
FROM at_venues
UNION ALL
SELECT 'product_class' AS kind_cut, coalesce(sum(classes), 0) AS n
FROM at_venues
UNION ALL
SELECT 'network_genre' AS kind_cut, coalesce(sum(genres), 0) AS n
FROM in_network
UNION ALL
SELECT 'network_product_class' AS kind_cut, coalesce(sum(classes), 0) AS n
FROM in_network
