-- Recall by distance: a row counts when it is not farther away than the exact tenth, whichever of equal embeddings it has.
\pset border 0
\pset footer off
SELECT a.method,
       round(avg((SELECT count(*) FROM unnest(a.distances) AS d WHERE d <= exact.distances[10] + 1e-6) / 10.0), 3)
           AS "recall@10",
       round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY a.seconds)::numeric, 2) AS "ms (median)",
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY exact.seconds)
              / percentile_cont(0.5) WITHIN GROUP (ORDER BY a.seconds))::numeric, 1) AS "times as fast"
FROM answers a JOIN answers exact USING (query)
WHERE exact.method = 'exact'
GROUP BY a.method
ORDER BY a.method = 'exact' DESC, min(a.seconds);
