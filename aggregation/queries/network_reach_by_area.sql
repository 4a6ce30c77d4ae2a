-- Bookers of the network per postcode area of their latest order, at whichever venue, that states one.
WITH ordered AS (
    SELECT
        booker AS booker,
        place AS place,
        row_number() OVER (
            PARTITION BY booker
            ORDER BY purchased_at DESC NULLS LAST, order_ref DESC, venue DESC, place DESC
        ) AS lateness
    FROM stated_orders
),

counted AS (
    SELECT coalesce(o.place, b.first_place, -2) AS place, count(*) AS bookers
    FROM bookers AS b
    LEFT JOIN ordered AS o ON o.booker = b.booker AND o.lateness = 1
    WHERE b.attendances > 0
    GROUP BY 1
)

SELECT a.area AS area, c.bookers AS n
FROM counted AS c
INNER JOIN areas AS a ON a.place = c.place
