-- halfvec: avg and sum

SELECT avg(v), sum(v) FROM unnest(ARRAY['[1,2,3]'::halfvec, '[3,5,7]', NULL]) v;
SELECT avg(v), sum(v) FROM unnest(ARRAY[NULL::halfvec]) v;
SELECT avg(v), sum(v) FROM unnest(ARRAY[]::halfvec[]) v;
SELECT avg(v) FROM unnest(ARRAY['[65504]'::halfvec, '[65504]', '[65504]']) v;

-- groups, filters, windows
CREATE TABLE items (id int, kind int, v halfvec(3));
INSERT INTO items SELECT i, i % 3, ARRAY[i, -i, 1]::halfvec FROM generate_series(1, 9) i;
SELECT kind, avg(v), sum(v), avg(v) FILTER (WHERE id > 6) FROM items GROUP BY kind ORDER BY kind;
SELECT id, avg(v) OVER (ORDER BY id), sum(v) OVER (ORDER BY id) FROM items ORDER BY id;
SELECT avg(DISTINCT v) FROM (SELECT v FROM items UNION ALL SELECT v FROM items) s;
SELECT id, avg(v) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM items WHERE id < 4 ORDER BY id;

-- the functions do not change their arguments
SELECT halfvec_accum(s, '[1,2]'), s FROM (VALUES ('{3,10,20}'::float8[]), ('{0}')) t (s);
SELECT halfvec_combine(a, b), a, b
FROM (VALUES ('{3,10,20}'::float8[], '{2,1,2}'::float8[]), ('{0}', '{2,1,2}'), ('{3,10,20}', '{0}'),
             ('{0}', '{0}')) t (a, b);
SELECT halfvec_avg('{4,10,20}'), halfvec_avg('{0}');

-- sums are rounded at each step, averages once
SELECT sum(v), avg(v) FROM unnest(ARRAY['[2048]'::halfvec, '[1]', '[1]', '[1]']) v;

-- in parallel; sums up to 2048 are exact in any order
CREATE TABLE many (id int, v halfvec(3)) WITH (parallel_workers = 2);
INSERT INTO many SELECT i, ARRAY[i % 5 / 4, i % 10 / 9, 0]::halfvec FROM generate_series(1, 5000) i;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT avg(v), sum(v) FROM many;
SELECT avg(v), sum(v) FROM many;
SELECT avg(v), sum(v) FROM many WHERE id < 0;
DROP TABLE items, many;
