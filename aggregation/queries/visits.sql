-- Used tickets of known bookers per venue, each booker's only up to the bound.
SELECT venue AS venue, sum(least(visits, :tickets_per_venue)) AS n
FROM core_pairs
GROUP BY venue
