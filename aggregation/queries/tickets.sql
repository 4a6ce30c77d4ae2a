-- Sold tickets of known bookers per venue, no-shows included, each booker's only up to the bound.
SELECT venue AS venue, sum(least(tickets, :tickets_per_venue)) AS n
FROM core_pairs
GROUP BY venue
