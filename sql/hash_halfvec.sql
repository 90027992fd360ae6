-- halfvec: hashes of =, for grouping, joins and partitions

CREATE TABLE items (id int, v halfvec);
INSERT INTO items VALUES (1, '[1,2,3]'), (2, '[1,2,3]'), (3, '[0,0]'), (4, '[-0,0]'), (5, '[0]'), (6, NULL),
                         (7, '[1,2]'), (8, '[2]'), (9, '[2,1]'), (10, '[2]'), (11, '[1e-9,-1e-9]');
ANALYZE items;

-- equal vectors have equal hashes: -0 is 0, and so is what is too small
SELECT count(DISTINCT halfvec_hash(v)) AS v, count(DISTINCT halfvec_hash_extended(v, 7)) AS seed FROM items;
SELECT id FROM items WHERE halfvec_hash(v) = halfvec_hash('[0,-0]') ORDER BY id;
SELECT bool_and((halfvec_hash(v) - halfvec_hash_extended(v, 0)) % (1::bigint << 32) = 0) AS lower_half,
       bool_or(halfvec_hash_extended(v, 0) = halfvec_hash_extended(v, 1)) AS same
FROM items;
SELECT count(*), count(DISTINCT halfvec_hash(v)) AS v
FROM (SELECT array_fill(1, ARRAY[n])::halfvec AS v FROM generate_series(1, 300) n) s;

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
CREATE TABLE parts (v halfvec) PARTITION BY HASH (v);
CREATE TABLE parts0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT ARRAY[n % 50]::halfvec FROM generate_series(1, 1000) n;
SELECT count(*), count(DISTINCT tableoid) FROM parts;
SELECT max(n) FROM (SELECT count(DISTINCT tableoid) AS n FROM parts GROUP BY v) s;
SELECT count(*) FROM parts WHERE v = '[7]';
DROP TABLE items, parts;
