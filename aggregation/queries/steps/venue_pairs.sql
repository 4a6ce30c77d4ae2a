-- One row per booker and venue. attendances → booker, venue, attendances, visits, tickets, traits, places
SELECT
    booker AS booker,
    venue AS venue,
    count(CASE WHEN visits > 0 THEN 1 END) AS attendances,
    sum(visits) AS visits,
    sum(tickets) AS tickets,
    bit_or(traits) AS traits,
    min(first_place) AS first_place,
    max(last_place) AS last_place
FROM attendances
GROUP BY booker, venue
