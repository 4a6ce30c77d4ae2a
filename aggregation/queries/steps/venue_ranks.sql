-- The order of a booker's venues, by keyed hash; only for bookers above the least bound, since the rest
-- keep all of theirs. Venues with tickets but no visit come last, so that they crowd out none visited.
-- venue_pairs, bookers → booker, venue, venue_rank
SELECT
    p.booker AS booker,
    p.venue AS venue,
    row_number() OVER (
        PARTITION BY p.booker
        ORDER BY
            CASE WHEN p.attendances > 0 THEN 0 ELSE 1 END,
            sha2(:salt || ':' || lower(hex(p.booker)) || ':' || p.venue, 256),
            p.venue
    ) AS venue_rank
FROM venue_pairs AS p
INNER JOIN bookers AS b ON b.booker = p.booker
WHERE b.pairs > :ranked_above
