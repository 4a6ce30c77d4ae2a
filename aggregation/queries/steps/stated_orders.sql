-- The orders of those few bookers who state more than one place, so that only theirs are put in order.
-- venue_pairs, sold_tickets → booker, venue, order_ref, purchased_at?, place
WITH movers AS (
    SELECT booker AS booker
    FROM venue_pairs
    GROUP BY booker
    HAVING min(first_place) <> max(last_place)
)

SELECT DISTINCT
    t.booker AS booker,
    t.venue AS venue,
    t.order_ref AS order_ref,
    t.purchased_at AS purchased_at,
    t.place AS place
FROM sold_tickets AS t
INNER JOIN movers AS m ON m.booker = t.booker
WHERE t.place IS NOT NULL
