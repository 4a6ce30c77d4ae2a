-- The pairs of each booker's first venues: what every table at venue level counts.
-- venue_pairs, venue_ranks, latest_places → booker, venue, venue_rank, attendances, visits, ..., place
-- venue_rank is 1 for bookers who are not ranked, since no bound leaves any of their venues out; place is
-- that of the latest order at the venue, and -2 where none states one.
SELECT
    p.booker AS booker,
    p.venue AS venue,
    coalesce(r.venue_rank, 1) AS venue_rank,
    p.attendances AS attendances,
    p.visits AS visits,
    p.tickets AS tickets,
    p.traits AS traits,
    coalesce(l.place, p.first_place, -2) AS place
FROM venue_pairs AS p
LEFT JOIN venue_ranks AS r ON r.booker = p.booker AND r.venue = p.venue
LEFT JOIN latest_places AS l ON l.booker = p.booker AND l.venue = p.venue
WHERE coalesce(r.venue_rank, 1) <= :core_venues
