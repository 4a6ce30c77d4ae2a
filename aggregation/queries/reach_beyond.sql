-- Bookers per venue for whom the venue stands after their core venues and within the tail bound.
SELECT r.venue AS venue, count(*) AS n
FROM venue_ranks AS r
INNER JOIN venue_pairs AS p ON p.booker = r.booker AND p.venue = r.venue
WHERE r.venue_rank > :core_venues AND r.venue_rank <= :tail_venues AND p.attendances > 0
GROUP BY r.venue
