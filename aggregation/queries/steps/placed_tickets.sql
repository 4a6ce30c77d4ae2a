-- One row per ticket that counts: sold, of a current and matured performance of a listed venue.
-- lake, performances, areas, home_countries → booker?, order_ref, venue, performance, ..., place?
SELECT
    t.booker AS booker,
    t.order_ref AS order_ref,
    t.venue AS venue,
    p.performance AS performance,
    t.production_ref AS production_ref,
    t.local_day AS local_day,
    t.purchased_at AS purchased_at,
    t.genre AS genre,
    t.product_class AS product_class,
    CASE WHEN t.channel = 'online_vod' THEN 1 ELSE 0 END AS online,
    CASE WHEN t.scanned IS FALSE THEN 0 ELSE 1 END AS used,
    -- The place that the order states, as a number: a listed area, -1 abroad, -2 an unlisted area, or
    -- nothing. The home country without an area states nothing.
    CASE
        WHEN a.place IS NOT NULL THEN a.place
        WHEN t.area IS NULL AND t.country IS NULL THEN NULL
        WHEN h.country IS NULL THEN -1
        WHEN t.area IS NULL THEN NULL
        ELSE -2
    END AS place
FROM lake AS t
INNER JOIN performances AS p
    ON p.venue = t.venue AND p.performance_ref = t.performance_ref AND p.extract_id = t.extract_id
LEFT JOIN areas AS a ON a.area = t.area
-- A join, not EXISTS: DuckDB runs the mark join of an EXISTS here at 0.15 CPU s per million rows.
LEFT JOIN home_countries AS h ON h.country = coalesce(t.country, substr(t.area, 1, 2))
WHERE t.status = 'sold'
