-- Where the latest order of a booker at a venue says that they live; only for bookers who state more than
-- one place. stated_orders → booker, venue, place
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
)

SELECT booker AS booker, venue AS venue, place AS place
FROM ordered
WHERE lateness = 1
