-- subscripts of sparsevec: elements only

CREATE TABLE items (id int, v sparsevec);
INSERT INTO items VALUES (1, '{2:2.5,3:-3}/4'), (2, NULL), (3, '{}/2'),
                         (4, '{1:1,500000000:2,1000000000:3}/1000000000');
SELECT n, v[n] FROM items, unnest(ARRAY[-2147483648, 0, 1, 2, 3, 4, 5, 2147483647, NULL]) n WHERE id = 1;
SELECT id, v[1], v[2], v[3], v[500000000], v[999999999], v[1000000000] FROM items ORDER BY id;
SELECT pg_typeof(v[1]) FROM items WHERE id = 1;

-- every element is that of the dense vector
SELECT count(*), count(*) FILTER (WHERE s[n] = v[n]) AS same
FROM (SELECT array_agg(CASE WHEN i % 3 = 1 THEN i ELSE 0 END ORDER BY i)::vector AS v FROM generate_series(1, 100) i) t,
     LATERAL (SELECT v::sparsevec AS s) u, generate_series(1, 100) n;

-- what is wrong
\set VERBOSITY sqlstate
SELECT v[1:2] FROM items;
UPDATE items SET v[1] = 1;
SELECT v[1][1] FROM items;
\set VERBOSITY terse
SELECT v[1:2] FROM items;
UPDATE items SET v[1] = 1;
SELECT v[1][1] FROM items;
DROP TABLE items;
