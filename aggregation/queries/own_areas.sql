-- The postcode areas that a venue's own current rows name.
SELECT DISTINCT t.area AS area
FROM lake AS t
INNER JOIN performances AS p
    ON p.venue = t.venue AND p.performance_ref = t.performance_ref AND p.extract_id = t.extract_id
WHERE t.area IS NOT NULL AND t.status = 'sold'
ORDER BY area
