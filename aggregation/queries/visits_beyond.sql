-- Visits and tickets of known bookers that the bounds leave out: above the bound at a core venue, and all
-- beyond the core. Of one booker up to a bound of its own.
WITH left_out AS (
    SELECT
        booker AS booker,
        greatest(visits - :tickets_per_venue, 0) AS visits,
        tickets - :tickets_per_venue AS tickets
    FROM core_pairs
    WHERE tickets > :tickets_per_venue
    UNION ALL
    SELECT p.booker AS booker, p.visits AS visits, p.tickets AS tickets
    FROM venue_ranks AS r
    INNER JOIN venue_pairs AS p ON p.booker = r.booker AND p.venue = r.venue
    WHERE r.venue_rank > :core_venues
),

of_bookers AS (
    SELECT
        least(sum(visits), :visits_beyond) AS visits,
        least(sum(tickets), :visits_beyond) AS tickets
    FROM left_out
    GROUP BY booker
)

SELECT 'visits' AS cut, coalesce(sum(visits), 0) AS n
FROM of_bookers
UNION ALL
SELECT 'tickets' AS cut, coalesce(sum(tickets), 0) AS n
FROM of_bookers
