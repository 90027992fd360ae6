-- hnsw: INSERT, UPDATE, DELETE
\i sql/include/nearest.sql

-- row by row into an empty index, then into one that was built
CREATE TABLE items (id int, embedding vector(16));
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(1, 2000) i;
ANALYZE items;
SELECT * FROM read_all('items');
SELECT mean_recall('items', 16) >= 0.95;
REINDEX INDEX items_index;
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(2001, 3000) i;
SELECT * FROM read_all('items');
SELECT mean_recall('items', 16) >= 0.95;
DROP TABLE items;
-- the other metrics, from nothing
CREATE TABLE items (id int, embedding vector(16));
CREATE INDEX ON items USING hnsw (embedding vector_ip_ops);
CREATE INDEX ON items USING hnsw (embedding vector_cosine_ops);
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(1, 1000) i;
ANALYZE items;
SELECT operator, avg(recall(by_index, by_sort)) >= 0.95
FROM unnest(ARRAY['<#>', '<=>']) operator, generate_series(1, 20) i,
     nearest(10, format('embedding %s %L', operator, vector_of(-i, 16)), 'items')
GROUP BY operator ORDER BY operator COLLATE "C";
DROP TABLE items;

CREATE TABLE items (id int PRIMARY KEY, note text, embedding vector(3));
CREATE INDEX items_index ON items USING hnsw (embedding vector_cosine_ops);
SET enable_seqscan = off;
SET enable_sort = off;
\set nearest_to 'SELECT id, note FROM items ORDER BY embedding <=>'

-- a first row that never was
BEGIN;
INSERT INTO items VALUES (1, 'rolled back', '[1,0,0]');
ROLLBACK;
:nearest_to '[1,0,0]';
INSERT INTO items VALUES (2, 'second', '[0,1,0]'), (1, 'first', '[1,0,0]');
:nearest_to '[1,0,0]';
BEGIN;
SAVEPOINT s;
INSERT INTO items VALUES (3, 'rolled back', '[3,1,0]'), (4, 'rolled back', '[1,1,0]');
:nearest_to '[1,0,0]';
ROLLBACK TO s;
:nearest_to '[1,0,0]';
INSERT INTO items VALUES (3, 'third', '[2,1,0]');
COMMIT;
:nearest_to '[1,0,0]';
EXPLAIN (COSTS OFF) :nearest_to '[1,0,0]';

-- prepared, COPY, ON CONFLICT
PREPARE add (int, vector) AS
    INSERT INTO items VALUES ($1, 'prepared', $2)
    ON CONFLICT (id) DO UPDATE SET note = 'updated', embedding = excluded.embedding;
EXECUTE add (4, '[0,0,1]');
EXECUTE add (4, '[0,-1,0]');
EXECUTE add (5, '[0,0,1]');
COPY items FROM STDIN;
6	copied	[0,0,-1]
7	copied	\N
8	copied	[0,0,0]
\.
:nearest_to '[1,2,4]';

-- what is updated has one place: the new one
UPDATE items SET note = 'renamed' WHERE id = 5;
UPDATE items SET note = 'renamed again' WHERE id = 5;
UPDATE items SET id = 15 WHERE id = 5;
UPDATE items SET embedding = '[0,-1,-1]' WHERE id = 1;
UPDATE items SET embedding = NULL WHERE id = 2;
UPDATE items SET embedding = '[1,0,0]' WHERE id = 7;
UPDATE items SET embedding = '[0,1,0]' WHERE id = 8;
:nearest_to '[1,2,4]';
UPDATE items SET embedding = '[0,0,0]';
SELECT * FROM read_all('items', '<=>');
UPDATE items SET embedding = NULL;
SELECT * FROM read_all('items', '<=>');

-- deleted and inserted again, before VACUUM and after it; those who read in between leave marks at dead rows
CREATE FUNCTION few_vectors(i int) RETURNS vector LANGUAGE sql
    AS $$ SELECT CASE i % 10 WHEN 0 THEN NULL WHEN 1 THEN '[0,0,0]' ELSE ARRAY[1, i % 7, i % 10]::vector END $$;
DELETE FROM items;
INSERT INTO items SELECT i, 'old', few_vectors(i) FROM generate_series(1, 2000) i;
SELECT * FROM read_all('items', '<=>');
DELETE FROM items WHERE id % 4 > 0;
SELECT * FROM read_all('items', '<=>');
SELECT * FROM read_all('items', '<=>');
INSERT INTO items SELECT i, 'again', few_vectors(i) FROM generate_series(1, 2000) i WHERE i % 4 > 0;
SELECT * FROM read_all('items', '<=>');
DELETE FROM items WHERE id % 4 > 0;
SELECT * FROM read_all('items', '<=>');
VACUUM (INDEX_CLEANUP ON) items;
SELECT * FROM read_all('items', '<=>');
INSERT INTO items SELECT i, 'once more', few_vectors(i) FROM generate_series(1, 2000) i WHERE i % 4 > 0;
SELECT * FROM read_all('items', '<=>');
DELETE FROM items;
SELECT * FROM read_all('items', '<=>');
VACUUM (INDEX_CLEANUP ON) items;
SELECT * FROM read_all('items', '<=>');
INSERT INTO items VALUES (1, 'the only one', '[1,2,3]');
SELECT * FROM read_all('items', '<=>');

-- equal vectors that come one after the other, the first of them leaving
DO $$
BEGIN
    FOR i IN 2..3000 LOOP
        INSERT INTO items VALUES (i, 'equal', '[1,2,3]');
    END LOOP;
END $$;
SELECT * FROM read_all('items', '<=>');
SELECT pg_relation_size('items_index') / current_setting('block_size')::int < 30 AS small;
DELETE FROM items WHERE id < 1500;
SELECT * FROM read_all('items', '<=>');
INSERT INTO items VALUES (1, 'equal', '[2,4,6]'), (2, 'different', '[3,2,1]');
SELECT * FROM read_all('items', '<=>');
SELECT id, note FROM items ORDER BY embedding <=> '[3,2,1]' LIMIT 1;

DROP TABLE items;
DROP FUNCTION few_vectors;
