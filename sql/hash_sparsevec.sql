-- sparsevec: hashes of =, for grouping, joins and partitions

CREATE TABLE items (id int, v sparsevec);
INSERT INTO items VALUES (1, '{1:1,2:2,3:3}/3'), (2, '{3:3,1:1,2:2}/3'), (3, '{}/2'), (4, '{1:-0}/2'), (5, '{}/1'),
                         (6, NULL), (7, '{1:1,2:2}/2'), (8, '{1:2}/1'), (9, '{1:2,2:1}/2'), (10, '{1:2}/1'),
                         (11, '{2:1}/1000000000'), (12, '{3:1}/1000000000'), (13, '{2:1}/999999999');
ANALYZE items;

-- equal vectors have equal hashes, zeros are not there
SELECT count(DISTINCT sparsevec_hash(v)) AS v, count(DISTINCT sparsevec_hash_extended(v, 7)) AS seed FROM items;
SELECT id FROM items WHERE sparsevec_hash(v) = sparsevec_hash('{2:0}/2') ORDER BY id;
SELECT bool_and((sparsevec_hash(v) - sparsevec_hash_extended(v, 0)) % (1::bigint << 32) = 0) AS lower_half,
       bool_or(sparsevec_hash_extended(v, 0) = sparsevec_hash_extended(v, 1)) AS same
FROM items;
SELECT count(*), count(DISTINCT sparsevec_hash(v)) AS v
FROM (SELECT array_fill(1, ARRAY[n])::sparsevec AS v FROM generate_series(1, 300) n) s;

-- grouping
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT v, count(*) FROM items GROUP BY v;
SELECT count(*), min(id) FROM items GROUP BY v ORDER BY min(id);
SELECT count(*) FROM (SELECT DISTINCT v FROM items) s;
RESET enable_sort;

-- joins, by hash and by merging
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT * FROM items a JOIN items b USING (v);
SELECT array_agg(a.id || '=' || b.id ORDER BY a.id, b.id) FROM items a JOIN items b USING (v) WHERE a.id < b.id;
RESET enable_mergejoin;
SET enable_hashjoin = off;
EXPLAIN (COSTS OFF) SELECT * FROM items a JOIN items b USING (v);
SELECT array_agg(a.id || '=' || b.id ORDER BY a.id, b.id) FROM items a JOIN items b USING (v) WHERE a.id < b.id;
RESET enable_hashjoin;
RESET enable_nestloop;

-- partitions by hash
CREATE TABLE parts (v sparsevec) PARTITION BY HASH (v);
CREATE TABLE parts0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT ARRAY[n % 50]::sparsevec FROM generate_series(1, 1000) n;
SELECT count(*), count(DISTINCT tableoid) FROM parts;
SELECT max(n) FROM (SELECT count(DISTINCT tableoid) AS n FROM parts GROUP BY v) s;
SELECT count(*) FROM parts WHERE v = '{1:7}/1';
DROP TABLE items, parts;
