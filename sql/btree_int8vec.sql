-- int8vec: sorting, grouping, btree index

CREATE TABLE items (v int8vec);
INSERT INTO items VALUES ('[1,2,3]'), ('[1,2]'), ('[-1]'), (NULL), ('[1,2,2]'), ('[2,4,6]*0.5'), ('[0]*5'), ('[0]'),
                         ('[1]*100'), ('[127]*0.25');
SELECT * FROM items ORDER BY v, v::text;
SELECT count(*), v::vector FROM items GROUP BY v::vector HAVING v::vector >= '[1]' ORDER BY v::vector DESC;
SELECT count(DISTINCT v) FROM items;

CREATE INDEX items_v ON items (v);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM items WHERE v = '[1,2,3]';
SELECT * FROM items WHERE v = '[1,2,3]' ORDER BY v::text;
SELECT * FROM items WHERE v > '[0]*3' AND v <= '[1,2,2]' ORDER BY v DESC;
EXPLAIN (COSTS OFF) SELECT * FROM items ORDER BY v LIMIT 2;

-- a sort of vectors that are stored out of the row
CREATE TABLE large (v int8vec(3000));
INSERT INTO large SELECT (ARRAY[i * 37 % 101] || array_fill(0, ARRAY[2999]))::int8vec FROM generate_series(1, 101) i;
CREATE UNIQUE INDEX large_v ON large (subvector(v, 1, 1));
INSERT INTO large SELECT v FROM large LIMIT 1;
SELECT array_agg(v[1]) FROM (SELECT v FROM large ORDER BY v LIMIT 5) s;
ANALYZE items, large;
DROP TABLE items, large;
