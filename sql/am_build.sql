-- hnsw: CREATE INDEX
\i sql/include/nearest.sql

-- no row, one, NULLs alone, NULLs among others
CREATE TABLE items (id int, embedding vector(3));
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
SELECT * FROM read_all('items');
INSERT INTO items VALUES (1, '[1,2,3]');
SELECT * FROM read_all('items');
REINDEX INDEX items_index;
SELECT * FROM read_all('items');
TRUNCATE items;
SELECT * FROM read_all('items');
INSERT INTO items SELECT i, NULL FROM generate_series(1, 1000) i;
REINDEX INDEX items_index;
SELECT * FROM read_all('items');
INSERT INTO items VALUES (1001, '[1,2,3]');
SELECT * FROM read_all('items');
INSERT INTO items SELECT i, vector_of(i, 3) FROM generate_series(1002, 2000) i;
REINDEX INDEX items_index;
SELECT * FROM read_all('items');
SELECT relname, reltuples FROM pg_class WHERE relname IN ('items', 'items_index') ORDER BY relname;
DROP TABLE items;

-- rows without direction, in a cosine index
CREATE TABLE zeros (id int, embedding vector(3));
INSERT INTO zeros SELECT i, '[0,0,0]' FROM generate_series(1, 1000) i;
CREATE INDEX zeros_index ON zeros USING hnsw (embedding vector_cosine_ops);
SELECT * FROM read_all('zeros', '<=>');
INSERT INTO zeros SELECT i, CASE i % 3 WHEN 0 THEN vector_of(i, 3) WHEN 1 THEN '[0,0,0]' END
FROM generate_series(1001, 2000) i;
SELECT * FROM read_all('zeros', '<=>');
REINDEX INDEX zeros_index;
SELECT * FROM read_all('zeros', '<=>');
DROP TABLE zeros;

-- 20 000 equal vectors are one node with 20 000 rows, not a graph of them
CREATE TABLE equals (id int, embedding vector(3));
INSERT INTO equals SELECT i, '[1,2,3]' FROM generate_series(1, 20000) i;
CREATE INDEX equals_index ON equals USING hnsw (embedding vector_l2_ops);
SELECT * FROM read_all('equals');
INSERT INTO equals SELECT i, '[1,2,3]' FROM generate_series(20001, 21000) i;
INSERT INTO equals VALUES (0, '[3,2,1]');
SELECT * FROM read_all('equals');
SELECT id FROM equals ORDER BY embedding <-> '[3,2,0]' LIMIT 1;
SELECT pg_relation_size('equals_index') < pg_relation_size('equals') / 4 AS small;
-- 100 different vectors, each of them many times
TRUNCATE equals;
INSERT INTO equals SELECT i, ARRAY[i % 10, i % 100, 0]::vector FROM generate_series(1, 5000) i;
SELECT * FROM read_all('equals');
REINDEX INDEX equals_index;
SELECT * FROM read_all('equals');
SELECT by_index = by_sort FROM nearest(1000, $$embedding <-> '[5,50,0]'$$, 'equals');
DROP TABLE equals;

CREATE TABLE items (id int PRIMARY KEY, embedding vector(16));
INSERT INTO items SELECT i, CASE WHEN i % 100 <> 0 THEN vector_of(i % 1500, 16) END FROM generate_series(1, 2000) i;

-- concurrently, and once more
CREATE INDEX CONCURRENTLY items_index ON items USING hnsw (embedding vector_l2_ops);
SELECT * FROM read_all('items');
REINDEX INDEX CONCURRENTLY items_index;
SELECT * FROM read_all('items');
SELECT mean_recall('items', 16) >= 0.95;
SELECT relname, indisvalid, indisready FROM pg_index JOIN pg_class ON oid = indexrelid
WHERE indrelid = 'items'::regclass ORDER BY relname;

-- part of the rows, and values that are computed
CREATE INDEX items_part ON items USING hnsw (embedding vector_ip_ops) WHERE id % 10 = 3;
SELECT * FROM read_all('items WHERE id % 10 = 3', '<#>');
CREATE INDEX items_short ON items USING hnsw ((subvector(embedding, 1, 8)::vector(8)) vector_l2_ops);
SELECT * FROM read_all('items', '<->', 'subvector(embedding, 1, 8)::vector(8)');
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(2001, 2100) i;
SELECT * FROM read_all('items WHERE id % 10 = 3', '<#>');
SELECT * FROM read_all('items', '<->', 'subvector(embedding, 1, 8)::vector(8)');
-- vectors of several dimensions in one column, each with its index
CREATE TABLE mixed (id int, embedding vector);
INSERT INTO mixed SELECT i, vector_of(i, 2 + i % 2) FROM generate_series(1, 200) i;
CREATE INDEX ON mixed USING hnsw ((embedding::vector(2)) vector_l2_ops) WHERE vector_dims(embedding) = 2;
CREATE INDEX ON mixed USING hnsw ((embedding::vector(3)) vector_l2_ops) WHERE vector_dims(embedding) = 3;
SELECT * FROM read_all('mixed WHERE vector_dims(embedding) = 2', '<->', '(embedding::vector(2))');
SELECT * FROM read_all('mixed WHERE vector_dims(embedding) = 3', '<->', '(embedding::vector(3))');
DROP TABLE mixed;

-- when the table is rewritten
DELETE FROM items WHERE id > 1000;
ALTER TABLE items ALTER embedding TYPE vector(17) USING embedding || '[1]';
ALTER TABLE items ALTER embedding SET STORAGE MAIN;
VACUUM FULL items;
SELECT * FROM read_all('items');
DROP TABLE items;

-- unlogged: with an initial page for the time after a crash
CREATE UNLOGGED TABLE items (id int, embedding vector(8));
INSERT INTO items SELECT i, vector_of(i, 8) FROM generate_series(1, 300) i;
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
SELECT pg_relation_size('items_index', 'init') = current_setting('block_size')::int;
INSERT INTO items SELECT i, vector_of(i, 8) FROM generate_series(301, 600) i;
SELECT * FROM read_all('items');
ALTER TABLE items SET LOGGED;
INSERT INTO items SELECT i, vector_of(i, 8) FROM generate_series(601, 900) i;
SELECT * FROM read_all('items');
DROP TABLE items;

-- temporary, emptied with every transaction
CREATE TEMP TABLE items (id int, embedding vector(8)) ON COMMIT DELETE ROWS;
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
BEGIN;
INSERT INTO items SELECT i, vector_of(i, 8) FROM generate_series(1, 300) i;
SELECT * FROM read_all('items');
COMMIT;
BEGIN;
SELECT * FROM read_all('items');
INSERT INTO items SELECT i, vector_of(-i, 8) FROM generate_series(1, 200) i;
SELECT * FROM read_all('items');
TRUNCATE items;
INSERT INTO items SELECT i, vector_of(i, 8) FROM generate_series(1, 100) i;
SELECT * FROM read_all('items');
COMMIT;
DROP TABLE items;

-- created, emptied and filled in one transaction
BEGIN;
CREATE TABLE items (id int, embedding vector(8));
INSERT INTO items SELECT i, vector_of(i, 8) FROM generate_series(1, 300) i;
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
TRUNCATE items;
INSERT INTO items SELECT i, vector_of(-i, 8) FROM generate_series(1, 100) i;
COMMIT;
SELECT * FROM read_all('items');
DROP TABLE items;

-- partitions: an index each, merged in order
CREATE TABLE items (id int, embedding vector(8)) PARTITION BY RANGE (id);
CREATE TABLE items_1 PARTITION OF items FOR VALUES FROM (1) TO (200);
CREATE TABLE items_2 PARTITION OF items FOR VALUES FROM (200) TO (1000);
INSERT INTO items SELECT i, vector_of(i, 8) FROM generate_series(1, 300) i;
CREATE INDEX ON items USING hnsw (embedding vector_l2_ops);
INSERT INTO items SELECT i, vector_of(i, 8) FROM generate_series(301, 400) i;
SELECT by_index = by_sort FROM nearest(20, format('embedding <-> %L', vector_of(-1, 8)), 'items');
DROP TABLE items;
