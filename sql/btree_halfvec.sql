-- halfvec: sorting, grouping, btree index

CREATE TABLE items (v halfvec);
INSERT INTO items VALUES ('[1,2,3]'), ('[1,2]'), ('[-1]'), (NULL), ('[1,2,2]'), ('[1,2,3]'), ('[0]');
SELECT * FROM items ORDER BY v;
SELECT v, count(*) FROM items GROUP BY v HAVING v >= '[1]' ORDER BY v DESC;
SELECT count(DISTINCT v) FROM items;
SELECT count(DISTINCT v) AS zeros FROM unnest(ARRAY['[0]'::halfvec, '[-0]']) v;

CREATE INDEX items_v ON items (v);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM items WHERE v = '[1,2,3]';
SELECT * FROM items WHERE v = '[1,2,3]';
SELECT * FROM items WHERE v > '[0]' AND v <= '[1,2,2]' ORDER BY v DESC;
EXPLAIN (COSTS OFF) SELECT * FROM items ORDER BY v LIMIT 2;
SELECT * FROM items ORDER BY v LIMIT 2;

-- a sort of vectors that are stored out of the row
CREATE TABLE large (v halfvec(2000));
INSERT INTO large SELECT (ARRAY[i * 37 % 101] || array_fill(0, ARRAY[1999]))::halfvec FROM generate_series(1, 101) i;
CREATE UNIQUE INDEX large_v ON large ((subvector(v, 1, 1)::halfvec(1)));
INSERT INTO large SELECT v FROM large LIMIT 1;
SELECT array_agg((v::real[])[1]) FROM (SELECT v FROM large ORDER BY v LIMIT 5) s;
ANALYZE items, large;

-- joins
SELECT count(*) FROM items a JOIN items b USING (v);
DROP TABLE items, large;
