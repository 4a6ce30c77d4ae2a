-- A venue's own exact totals, nothing bounded.
SELECT
    count(CASE WHEN attendances > 0 THEN 1 END) AS bookers,
    coalesce(sum(attendances), 0) AS attendances,
    coalesce(sum(visits), 0) AS visits,
    coalesce(sum(tickets), 0) AS tickets
FROM venue_pairs
