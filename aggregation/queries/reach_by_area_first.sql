-- The same as reach_by_area.sql, of each booker's very first venues only: fewer venues, less noise.
WITH ordered AS (
    SELECT
        booker AS booker,
        venue AS venue,
        place AS place,
        row_number() OVER (
            PARTITION BY booker, venue
            ORDER BY purchased_at DESC NULLS LAST, order_ref DESC, place DESC
        ) AS lateness
    FROM stated_orders
),

placed AS (
    SELECT
        p.venue AS venue,
        coalesce(o.place, p.first_place, -2) AS place
    FROM core_pairs AS p
    LEFT JOIN ordered AS o ON o.booker = p.booker AND o.venue = p.venue AND o.lateness = 1
    WHERE
        p.attendances > 0
        AND NOT EXISTS (
            SELECT 1
            FROM venue_ranks AS r
            WHERE r.booker = p.booker AND r.venue = p.venue AND r.venue_rank > :first_venues
        )
),

counted AS (
    SELECT venue AS venue, place AS place, count(*) AS bookers
    FROM placed
    GROUP BY venue, place
)

SELECT c.venue AS venue, a.area AS area, c.bookers AS n
FROM counted AS c
INNER JOIN areas AS a ON a.place = c.place
