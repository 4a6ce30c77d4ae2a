-- The orders of those few bookers who state more than one place, so that only theirs are put in order.
-- bookers, placed_tickets → booker, venue, order_ref, purchased_at?, place
SELECT DISTINCT
    t.booker AS booker,
    t.venue AS venue,
    t.order_ref AS order_ref,
    t.purchased_at AS purchased_at,
    t.place AS place
FROM placed_tickets AS t
INNER JOIN bookers AS b ON b.booker = t.booker
WHERE b.first_place <> b.last_place AND t.place IS NOT NULL
