-- One row per booker, all venues together. venue_pairs, venues → booker, pairs, venues, attendances, ...
-- pairs counts venues with tickets, venues those visited; who visited none has attendances 0.
-- The set of venues visited is four words of 62 bits, one bit per venue.
SELECT
    p.booker AS booker,
    count(*) AS pairs,
    count(CASE WHEN p.attendances > 0 THEN 1 END) AS venues,
    sum(p.attendances) AS attendances,
    bit_or(p.traits) AS traits,
    min(p.first_place) AS first_place,
    max(p.last_place) AS last_place,
    bit_or(CASE WHEN p.attendances > 0 AND v.word = 0 THEN v.bit ELSE 0 END) AS word_0,
    bit_or(CASE WHEN p.attendances > 0 AND v.word = 1 THEN v.bit ELSE 0 END) AS word_1,
    bit_or(CASE WHEN p.attendances > 0 AND v.word = 2 THEN v.bit ELSE 0 END) AS word_2,
    bit_or(CASE WHEN p.attendances > 0 AND v.word = 3 THEN v.bit ELSE 0 END) AS word_3
FROM venue_pairs AS p
INNER JOIN venues AS v ON v.venue = p.venue
GROUP BY p.booker
