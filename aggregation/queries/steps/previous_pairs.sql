-- Who visited which venue in the season before. previous_lake, previous_performances → booker, venue
SELECT DISTINCT
    t.booker AS booker,
    t.venue AS venue
FROM previous_lake AS t
INNER JOIN previous_performances AS p
    ON p.venue = t.venue AND p.performance_ref = t.performance_ref AND p.extract_id = t.extract_id
WHERE t.status = 'sold' AND t.booker IS NOT NULL AND t.scanned IS DISTINCT FROM FALSE
