-- vector and int8vec: hashes of =, for grouping, joins and partitions

CREATE TABLE items (id int, v vector, i int8vec);
INSERT INTO items VALUES (1, '[1,2,3]', '[1,2,3]'), (2, '[1,2,3]', '[2,4,6]*0.5'), (3, '[0,0]', '[0,0]'),
                         (4, '[-0,0]', '[0,0]*7'), (5, '[0]', '[0]'), (6, NULL, NULL), (7, '[1,2]', '[1]*2'),
                         (8, '[2]', '[2]'), (9, '[2,1]', '[-2]'), (10, '[2]', '[-1]*2');
ANALYZE items;

-- equal vectors have equal hashes: -0 and 0, the same vector with other scales
SELECT count(DISTINCT vector_hash(v)) AS v, count(DISTINCT int8vec_hash(i)) AS i,
       count(DISTINCT vector_hash_extended(v, 7)) AS v_seed, count(DISTINCT int8vec_hash_extended(i, 7)) AS i_seed
FROM items;
SELECT id FROM items WHERE vector_hash(v) = vector_hash('[0,-0]') ORDER BY id;
SELECT id FROM items WHERE int8vec_hash(i) = int8vec_hash('[8,16,24]*0.125') ORDER BY id;

-- the hash is the lower half of the extended one with seed 0; another seed gives another hash
SELECT bool_and((vector_hash(v) - vector_hash_extended(v, 0)) % (1::bigint << 32) = 0
            AND (int8vec_hash(i) - int8vec_hash_extended(i, 0)) % (1::bigint << 32) = 0) AS lower_half,
       bool_or(vector_hash_extended(v, 0) = vector_hash_extended(v, 1)
            OR int8vec_hash_extended(i, 0) = int8vec_hash_extended(i, 1)) AS same
FROM items;

-- every length, in the row and out of it; one element makes a difference
SELECT count(*), count(DISTINCT vector_hash(v)) AS v, count(DISTINCT int8vec_hash(i)) AS i
FROM (SELECT array_fill(1, ARRAY[n])::vector AS v, array_fill(1, ARRAY[n])::int8vec AS i
      FROM generate_series(1, 200) n) s;
SELECT count(DISTINCT vector_hash(v)) AS v, count(DISTINCT int8vec_hash(v::int8vec)) AS i
FROM (SELECT array_agg((CASE WHEN i = n THEN 1 ELSE 0 END) ORDER BY i)::vector AS v
      FROM generate_series(1, 300) n, generate_series(1, 300) i GROUP BY n) s;
CREATE TABLE large (v vector, i int8vec);
INSERT INTO large SELECT v, v::real[]::int[]::int8vec
FROM (SELECT (ARRAY[n] || array_fill(0, ARRAY[2999]))::vector AS v FROM generate_series(1, 20) n) s;
SELECT count(*) FILTER (WHERE vector_hash(v) = vector_hash(v::text::vector)) AS v,
       count(*) FILTER (WHERE int8vec_hash(i) = int8vec_hash(i::text::int8vec)) AS i FROM large;
DROP TABLE large;

-- grouping
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT v, count(*) FROM items GROUP BY v;
SELECT count(*), min(id) FROM items GROUP BY v ORDER BY min(id);
SELECT count(*), min(id) FROM items GROUP BY i ORDER BY min(id);
EXPLAIN (COSTS OFF) SELECT DISTINCT i FROM items;
SELECT count(*) FROM (SELECT DISTINCT v FROM items) s;
SELECT count(*) FROM (SELECT DISTINCT i FROM items) s;
SELECT count(*) FROM (SELECT v FROM items UNION SELECT v FROM items) s;
RESET enable_sort;

-- joins, by hash and by merging
SET enable_nestloop = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT * FROM items a JOIN items b USING (v);
SELECT array_agg(a.id || '=' || b.id ORDER BY a.id, b.id) FROM items a JOIN items b USING (v) WHERE a.id < b.id;
SELECT array_agg(a.id || '=' || b.id ORDER BY a.id, b.id) FROM items a JOIN items b USING (i) WHERE a.id < b.id;
RESET enable_mergejoin;
SET enable_hashjoin = off;
EXPLAIN (COSTS OFF) SELECT * FROM items a JOIN items b USING (i);
SELECT array_agg(a.id || '=' || b.id ORDER BY a.id, b.id) FROM items a JOIN items b USING (v) WHERE a.id < b.id;
SELECT array_agg(a.id || '=' || b.id ORDER BY a.id, b.id) FROM items a JOIN items b USING (i) WHERE a.id < b.id;
RESET enable_hashjoin;
RESET enable_nestloop;

-- hash index
CREATE INDEX items_v ON items USING hash (v);
CREATE INDEX items_i ON items USING hash (i);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE v = '[0,0]';
SELECT id FROM items WHERE v = '[0,-0]' ORDER BY id;
SELECT id FROM items WHERE i = '[4,8,12]*0.25' ORDER BY id;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- partitions by hash: equal vectors are in the same one
CREATE TABLE parts (v vector, i int8vec) PARTITION BY HASH (v, i);
CREATE TABLE parts0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parts SELECT ARRAY[n % 50]::vector, ARRAY[n % 50]::int8vec FROM generate_series(1, 1000) n;
INSERT INTO parts SELECT v, to_int8vec(v, 0.5) FROM parts;
SELECT count(*), count(DISTINCT tableoid) FROM parts;
SELECT max(n) FROM (SELECT count(DISTINCT tableoid) AS n FROM parts GROUP BY v) s;
SELECT count(*) FROM parts WHERE v = '[7]' AND i = '[7]';
DROP TABLE items, parts;
