-- Used tickets without a booker per venue; each order is its own unit and counts only up to the bound.
WITH orders AS (
    SELECT venue AS venue, order_ref AS order_ref, count(*) AS visits
    FROM placed_tickets
    WHERE booker IS NULL AND used = 1
    GROUP BY venue, order_ref
)

SELECT venue AS venue, sum(least(visits, :tickets_per_order)) AS n
FROM orders
GROUP BY venue
