-- The tickets of known bookers with what they were for. placed_tickets, genre_bits, class_bits → ..., traits
-- traits is a set of bits: 1 online, 2 in the hall, then the genre's bit and the product class's bit.
SELECT
    t.booker AS booker,
    t.venue AS venue,
    t.performance AS performance,
    t.production_ref AS production_ref,
    t.local_day AS local_day,
    t.online AS online,
    t.used AS used,
    t.place AS place,
    CASE WHEN t.online = 1 THEN 1 ELSE 2 END + coalesce(g.bit, 0) + coalesce(c.bit, 0) AS traits
FROM placed_tickets AS t
LEFT JOIN genre_bits AS g ON g.genre = t.genre
LEFT JOIN class_bits AS c ON c.product_class = t.product_class
WHERE t.booker IS NOT NULL
