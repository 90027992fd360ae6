-- sparsevec: comparison, sorting, grouping, btree index

-- order: that of the arrays with all their zeros, by element, then by length
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt,
       sparsevec_cmp(a, b) AS cmp
FROM (VALUES ('{1:1,3:3}/3'::sparsevec, '{1:1,3:3}/3'::sparsevec), ('{1:1,3:3}/3', '{1:1,3:4}/3'),
             ('{1:2}/3', '{1:1,2:9,3:9}/3'), ('{1:1,2:2}/2', '{1:1,2:2,3:3}/3'), ('{1:1,2:2,3:3}/3', '{1:1,2:2}/2'),
             ('{1:1}/3', '{2:1}/3'), ('{1:-1}/3', '{2:-1}/3'), ('{}/3', '{3:-1}/3'), ('{}/3', '{3:1}/3'),
             ('{}/1', '{}/2'), ('{}/2', '{3:-1}/3'), ('{2:1}/2', '{3:9}/3'), ('{1:0}/1', '{}/1')) AS t (a, b);
SELECT count(*) AS pairs, count(*) FILTER (WHERE sparsevec_cmp(a::sparsevec, b::sparsevec) = vector_cmp(a, b)) AS same
FROM (SELECT (SELECT array_agg(((hashint4extended(n, i) & 3) % 3 - 1)::int ORDER BY i)::vector
              FROM generate_series(1, n % 4 + 1) i) AS a,
             (SELECT array_agg(((hashint4extended(-n, i) & 3) % 3 - 1)::int ORDER BY i)::vector
              FROM generate_series(1, n / 4 % 4 + 1) i) AS b
      FROM generate_series(1, 2000) n) s;

CREATE TABLE items (v sparsevec);
INSERT INTO items VALUES ('{1:1,2:2,3:3}/3'), ('{1:1,2:2}/2'), ('{1:-1}/1'), (NULL), ('{1:1,2:2,3:2}/3'),
                         ('{1:1,2:2,3:3}/3'), ('{}/1'), ('{}/1000000000');
SELECT * FROM items ORDER BY v;
SELECT v, count(*) FROM items GROUP BY v HAVING v >= '{1:1}/1' ORDER BY v DESC;
SELECT count(DISTINCT v) FROM items;

CREATE INDEX items_v ON items (v);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM items WHERE v = '{1:1,2:2,3:3}/3';
SELECT * FROM items WHERE v = '{1:1,2:2,3:3}/3';
SELECT * FROM items WHERE v > '{}/1' AND v <= '{1:1,2:2,3:2}/3' ORDER BY v DESC;
EXPLAIN (COSTS OFF) SELECT * FROM items ORDER BY v LIMIT 2;
SELECT * FROM items ORDER BY v LIMIT 2;

-- a sort of vectors that are stored out of the row
CREATE TABLE large (v sparsevec(1000));
INSERT INTO large SELECT (ARRAY[i * 37 % 101] || array_fill(1, ARRAY[999]))::sparsevec FROM generate_series(1, 101) i;
SELECT array_agg((v::vector::real[])[1]) FROM (SELECT v FROM large ORDER BY v LIMIT 5) s;
ANALYZE items, large;

-- joins
SELECT count(*) FROM items a JOIN items b USING (v);
DROP TABLE items, large;
