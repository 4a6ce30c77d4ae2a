-- Bookers per pair of venues, of each booker's first venues. Equal sets of venues are counted first and
-- expanded afterwards: joining the pairs with themselves costs ten times as much.
-- A booker above the bound keeps the first venues in keyed-hash order.
WITH bounded AS (
    SELECT
        bit_or(CASE WHEN v.word = 0 THEN v.bit ELSE 0 END) AS word_0,
        bit_or(CASE WHEN v.word = 1 THEN v.bit ELSE 0 END) AS word_1,
        bit_or(CASE WHEN v.word = 2 THEN v.bit ELSE 0 END) AS word_2,
        bit_or(CASE WHEN v.word = 3 THEN v.bit ELSE 0 END) AS word_3
    FROM bookers AS b
    INNER JOIN venue_ranks AS r ON r.booker = b.booker
    INNER JOIN venues AS v ON v.venue = r.venue
    WHERE b.venues > :crossover_venues AND r.venue_rank <= :crossover_venues
    GROUP BY b.booker
),

sets AS (
    SELECT word_0 AS word_0, word_1 AS word_1, word_2 AS word_2, word_3 AS word_3
    FROM bookers
    WHERE venues > 1 AND venues <= :crossover_venues
    UNION ALL
    SELECT word_0 AS word_0, word_1 AS word_1, word_2 AS word_2, word_3 AS word_3
    FROM bounded
),

counted AS (
    SELECT word_0 AS word_0, word_1 AS word_1, word_2 AS word_2, word_3 AS word_3, count(*) AS bookers
    FROM sets
    GROUP BY word_0, word_1, word_2, word_3
),

members AS (
    SELECT
        c.word_0 AS word_0, c.word_1 AS word_1, c.word_2 AS word_2, c.word_3 AS word_3,
        c.bookers AS bookers,
        v.venue AS venue
    FROM counted AS c
    INNER JOIN venues AS v
        ON
            (v.word = 0 AND (c.word_0 & v.bit) <> 0)
            OR (v.word = 1 AND (c.word_1 & v.bit) <> 0)
            OR (v.word = 2 AND (c.word_2 & v.bit) <> 0)
            OR (v.word = 3 AND (c.word_3 & v.bit) <> 0)
)

SELECT a.venue || '|' || b.venue AS venue_pair, sum(a.bookers) AS n
FROM members AS a
INNER JOIN members AS b
    ON
        b.word_0 = a.word_0 AND b.word_1 = a.word_1 AND b.word_2 = a.word_2 AND b.word_3 = a.word_3
        AND a.venue < b.venue
GROUP BY 1
