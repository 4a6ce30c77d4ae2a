-- The pairs of each booker's first venues: what every table at venue level counts.
-- venue_pairs, venue_ranks → the columns of venue_pairs
SELECT
    p.booker AS booker,
    p.venue AS venue,
    p.attendances AS attendances,
    p.visits AS visits,
    p.tickets AS tickets,
    p.traits AS traits,
    p.first_place AS first_place,
    p.last_place AS last_place
FROM venue_pairs AS p
WHERE NOT EXISTS (
    SELECT 1
    FROM venue_ranks AS r
    WHERE r.booker = p.booker AND r.venue = p.venue AND r.venue_rank > :core_venues
)
