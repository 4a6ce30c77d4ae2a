-- One row per booker and performance that they hold tickets for; online on demand, per booker, title
-- and local day. sold_tickets → booker, venue, ..., tickets, visits (0 where none was used)
SELECT
    booker AS booker,
    venue AS venue,
    CASE WHEN online = 0 THEN performance END AS performance,
    CASE WHEN online = 1 THEN production_ref END AS production_ref,
    CASE WHEN online = 1 THEN local_day END AS local_day,
    count(*) AS tickets,
    count(CASE WHEN used = 1 THEN 1 END) AS visits,
    bit_or(CASE WHEN used = 1 THEN traits ELSE 0 END) AS traits,
    min(place) AS first_place,
    max(place) AS last_place
FROM sold_tickets
GROUP BY 1, 2, 3, 4, 5
