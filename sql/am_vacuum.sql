-- hnsw: VACUUM
\i sql/include/nearest.sql

-- rows go and come back
CREATE TABLE items (id int, embedding vector(16));
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
CREATE INDEX items_ip ON items USING hnsw (embedding vector_ip_ops);
CREATE INDEX items_cosine ON items USING hnsw (embedding vector_cosine_ops);
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(1, 2000) i;
DELETE FROM items WHERE id % 10 = 0;
VACUUM (INDEX_CLEANUP ON) items;
SELECT operator, s.* FROM unnest(ARRAY['<->', '<#>', '<=>']) operator, read_all('items', operator) s;
SELECT mean_recall('items', 16) >= 0.95;
DELETE FROM items WHERE id % 3 = 0;
VACUUM (INDEX_CLEANUP ON) items;
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(2001, 3000) i;
SELECT operator, s.* FROM unnest(ARRAY['<->', '<#>', '<=>']) operator, read_all('items', operator) s;
SELECT mean_recall('items', 16) >= 0.95;
SELECT operator, avg(recall(by_index, by_sort)) >= 0.95
FROM unnest(ARRAY['<#>', '<=>']) operator, generate_series(1, 20) i,
     nearest(10, format('embedding %s %L', operator, vector_of(-i, 16)), 'items')
GROUP BY operator ORDER BY operator COLLATE "C";

-- nearly all go, among them the entry point, whichever it is
DELETE FROM items WHERE id % 50 <> 1;
VACUUM (INDEX_CLEANUP ON) items;
SELECT operator, s.* FROM unnest(ARRAY['<->', '<#>', '<=>']) operator, read_all('items', operator) s;
SET hnsw.iterative_scan = off;
SELECT mean_recall('items', 16) >= 0.9;
RESET hnsw.iterative_scan;

-- then all
DELETE FROM items;
VACUUM (INDEX_CLEANUP ON) items;
SELECT * FROM read_all('items');
VACUUM (INDEX_CLEANUP ON) items;
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(1, 500) i;
SELECT * FROM read_all('items');
DELETE FROM items WHERE id % 5 = 0;
VACUUM (INDEX_CLEANUP ON) items;
SELECT * FROM read_all('items');
SET hnsw.iterative_scan = off;
SELECT mean_recall('items', 16) >= 0.95;
RESET hnsw.iterative_scan;
-- nothing to do
VACUUM (INDEX_CLEANUP ON) items;
VACUUM (INDEX_CLEANUP OFF, ANALYZE) items;
ANALYZE items;
SELECT * FROM read_all('items');
DROP TABLE items;

-- What follows must know which rows VACUUM removes: for temporary tables other sessions do not matter.
CREATE FUNCTION pages(index regclass) RETURNS bigint LANGUAGE sql AS $$
    SELECT pg_relation_size(index) / current_setting('block_size')::int
$$;

-- what was freed is used again
CREATE TEMP TABLE items (id int, embedding vector(16));
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(1, 2000) i;
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
SELECT pages('items_index') AS before \gset
DELETE FROM items WHERE id % 2 = 0;
VACUUM (INDEX_CLEANUP ON) items;
SELECT reltuples FROM pg_class WHERE oid = 'items_index'::regclass;
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(3001, 3900) i;
SELECT pages('items_index') <= :before;
SELECT * FROM read_all('items');
DROP TABLE items;

-- rows with equal vectors: of some all go, of some the first, of some a later one
CREATE TEMP TABLE items (id int, embedding vector(2));
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
INSERT INTO items SELECT i, ARRAY[i % 100, 0]::vector FROM generate_series(0, 999) i;
SELECT pages('items_index') AS before \gset
DELETE FROM items
WHERE id % 100 < 10 OR id % 100 < 30 AND id < 100 OR id % 100 BETWEEN 30 AND 50 AND id / 100 IN (1, 2, 9);
VACUUM (INDEX_CLEANUP ON) items;
SELECT reltuples = (SELECT count(*) FROM items) FROM pg_class WHERE oid = 'items_index'::regclass;
SELECT * FROM read_all('items');
INSERT INTO items SELECT 1000 + i, ARRAY[5 + i % 45, 0]::vector FROM generate_series(0, 199) i;
SELECT * FROM read_all('items');
SELECT pages('items_index') <= :before;
DROP TABLE items;

-- very many with one vector
CREATE TEMP TABLE items (id int, embedding vector(2));
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
INSERT INTO items VALUES (-1, '[3,4]');
INSERT INTO items SELECT i, '[1,2]' FROM generate_series(1, 20000) i;
SELECT pages('items_index') AS before \gset
DELETE FROM items WHERE id % 3 = 0;
VACUUM items;
SELECT * FROM read_all('items');
INSERT INTO items SELECT i, '[1,2]' FROM generate_series(20001, 26000) i;
SELECT * FROM read_all('items');
DELETE FROM items WHERE id > 0;
VACUUM items;
SELECT * FROM read_all('items');
INSERT INTO items SELECT i, '[1,2]' FROM generate_series(1, 10000) i;
INSERT INTO items SELECT i, '[2,1]' FROM generate_series(1, 9000) i;
SELECT rows, expected FROM read_all('items');
SELECT pages('items_index') <= :before;
DROP TABLE items;

-- rows without a vector, and without direction
CREATE TEMP TABLE items (id int, embedding vector(16));
CREATE INDEX items_index ON items USING hnsw (embedding vector_cosine_ops);
INSERT INTO items
SELECT i, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN array_fill(0, ARRAY[16])::vector ELSE vector_of(i, 16) END
FROM generate_series(1, 3000) i;
SELECT pages('items_index') AS before \gset
DELETE FROM items WHERE id % 2 = 0;
VACUUM (INDEX_CLEANUP ON) items;
SELECT reltuples FROM pg_class WHERE oid = 'items_index'::regclass;
SELECT rows, different, expected FROM read_all('items', '<=>');
INSERT INTO items
SELECT 3000 + i, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN array_fill(0, ARRAY[16])::vector ELSE vector_of(-i, 16) END
FROM generate_series(1, 1200) i;
SELECT rows, different, expected FROM read_all('items', '<=>');
SELECT pages('items_index') <= :before;
DELETE FROM items WHERE embedding IS NULL OR vector_norm(embedding) = 0;
VACUUM (INDEX_CLEANUP ON) items;
SELECT rows, different, expected FROM read_all('items', '<=>');
DROP TABLE items;

-- codes that are kept apart from their nodes, and duplicates among them
CREATE TEMP TABLE items (id int, embedding vector(9000));
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
INSERT INTO items
SELECT i, array_fill(0, ARRAY[8998])::vector || ARRAY[i / 2, 1]::vector FROM generate_series(1, 99) i;
SELECT pages('items_index') AS before \gset
SELECT rows, different, expected FROM read_all('items');
DELETE FROM items WHERE id <= 49;
VACUUM (INDEX_CLEANUP ON) items;
SELECT rows, different, expected FROM read_all('items');
INSERT INTO items
SELECT -i, array_fill(0, ARRAY[8998])::vector || ARRAY[i / 2, -1]::vector FROM generate_series(1, 31) i;
SELECT rows, different, expected FROM read_all('items');
SELECT pages('items_index') <= :before;
DROP TABLE items;

-- CREATE INDEX CONCURRENTLY asks for all rows before it adds those it has missed
CREATE UNLOGGED TABLE items (id int, embedding vector(2));
INSERT INTO items SELECT i, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '[0,0]'::vector ELSE ARRAY[i / 4, 1]::vector END
FROM generate_series(1, 3000) i;
DELETE FROM items WHERE id % 7 = 0;
CREATE INDEX CONCURRENTLY items_index ON items USING hnsw (embedding vector_cosine_ops);
SELECT rows, different, expected FROM read_all('items', '<=>');
DELETE FROM items WHERE id % 5 = 0;
VACUUM (INDEX_CLEANUP ON) items;
SELECT rows, different, expected FROM read_all('items', '<=>');
DROP TABLE items;
DROP FUNCTION pages;
