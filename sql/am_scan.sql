-- hnsw: index scans
\i sql/include/nearest.sql

-- the scan of the access method itself, not that of the layer above
SET hnsw.enable_filtered_scan = off;

CREATE TABLE items (id int PRIMARY KEY, embedding vector(16));
INSERT INTO items SELECT i, vector_of(i, 16) FROM generate_series(1, 3000) i;
CREATE INDEX items_l2 ON items USING hnsw (embedding vector_l2_ops);
CREATE INDEX items_ip ON items USING hnsw (embedding vector_ip_ops);
CREATE INDEX items_cosine ON items USING hnsw (embedding vector_cosine_ops);
ANALYZE items;
SELECT vector_of(-1, 16) AS q \gset

-- each operator has its index, from either side; nothing else has
EXPLAIN (COSTS OFF) SELECT id FROM items ORDER BY embedding <-> :'q' LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM items ORDER BY :'q' <#> embedding LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM items ORDER BY embedding <=> :'q' LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM items ORDER BY embedding <-> :'q' DESC LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM items ORDER BY embedding <+> :'q' LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE embedding <-> :'q' < 10;

-- a wide search gives what sorting gives
SET hnsw.ef_search = 1000;
SELECT operator, by_index = by_sort
FROM unnest(ARRAY['<->', '<#>', '<=>']) operator, nearest(100, format('embedding %s %L', operator, :'q'), 'items');
RESET hnsw.ef_search;
SELECT operator, sum(cardinality(by_index)), bool_and(is_sorted(by_index)), avg(recall(by_index, by_sort)) >= 0.95
FROM unnest(ARRAY['<->', '<#>', '<=>']) operator, generate_series(1, 20) i,
     nearest(10, format('embedding %s %L', operator, vector_of(-i, 16)), 'items')
GROUP BY operator ORDER BY operator COLLATE "C";

-- a narrow one gives as many rows, in exact order
SET hnsw.ef_search = 10;
SELECT operator, cardinality(by_index), is_sorted(by_index), recall(by_index, by_sort) >= 0.9
FROM unnest(ARRAY['<->', '<#>', '<=>']) operator, nearest(1000, format('embedding %s %L', operator, :'q'), 'items');

-- the whole table, each row once
SET enable_seqscan = off;
SET enable_sort = off;
EXPLAIN (COSTS OFF) SELECT id FROM items ORDER BY embedding <-> :'q';
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM items ORDER BY embedding <-> :'q') s;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM items ORDER BY embedding <#> :'q') s;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM items ORDER BY embedding <=> :'q') s;

-- the one row of 10 000 that passes a filter is found, wherever it is
CREATE TABLE grid (id int, embedding vector(2));
INSERT INTO grid SELECT i, ARRAY[i / 100, i % 100]::vector FROM generate_series(0, 9999) i;
CREATE INDEX grid_index ON grid USING hnsw (embedding vector_l2_ops);
EXPLAIN (COSTS OFF) SELECT id FROM grid WHERE id = 9999 ORDER BY embedding <-> '[0,0]' LIMIT 10;
SELECT wanted, found
FROM unnest(ARRAY[0, 99, 5050, 9999]) wanted
     LEFT JOIN LATERAL (SELECT id AS found FROM grid WHERE id = wanted ORDER BY embedding <-> '[0,0]' LIMIT 10) s
     ON true;
RESET hnsw.ef_search;

-- the query comes from another table, again and again, NULLs among them
CREATE TABLE asked (number int, query vector(16));
INSERT INTO asked SELECT i, vector_of(-i, 16) FROM generate_series(1, 5) i;
INSERT INTO asked VALUES (6, NULL), (7, vector_of(-1, 16)), (8, NULL);
CREATE VIEW answers AS
    SELECT number, count(*) AS rows, array_agg(d) AS distances
    FROM asked, LATERAL (SELECT embedding <-> query AS d FROM items ORDER BY d LIMIT 10) s GROUP BY number;
-- Sorting is disabled, which is enough. A disabled scan looks different in every version.
SET enable_seqscan = on;
EXPLAIN (COSTS OFF) SELECT * FROM answers;
SET hnsw.ef_search = 200;
CREATE TABLE by_index AS SELECT * FROM answers;
SET enable_seqscan = on;
SET enable_sort = on;
SET enable_indexscan = off;
SELECT number, i.rows, i.distances = s.distances FROM by_index i JOIN answers s USING (number) ORDER BY number;
RESET enable_indexscan;
SET enable_sort = off;
SET enable_seqscan = off;
RESET hnsw.ef_search;
PREPARE ask (vector) AS SELECT count(*), min(d) FROM (SELECT embedding <-> $1 AS d FROM items ORDER BY d LIMIT 10) s;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE ask ('[1]');
SELECT embedding AS row_7 FROM items WHERE id = 7 \gset
SELECT embedding AS row_8 FROM items WHERE id = 8 \gset
EXECUTE ask (:'row_7');
EXECUTE ask (:'row_8');
EXECUTE ask (NULL);

-- a query of other dimensions
EXECUTE ask ('[1,2,3]');
EXECUTE ask (:'row_7');

-- zero vectors have no cosine distance, NULLs none at all: they come last, in this order
CREATE TABLE odd (kind text, embedding vector(2));
INSERT INTO odd SELECT 'zero', '[0,0]' FROM generate_series(1, 10);
INSERT INTO odd SELECT 'null', NULL FROM generate_series(1, 10);
INSERT INTO odd SELECT 'vector', ARRAY[i, 1]::vector FROM generate_series(1, 20) i;
CREATE INDEX odd_cosine ON odd USING hnsw (embedding vector_cosine_ops);
SELECT skip, kind, count(*), min(d), max(d)
FROM unnest(ARRAY[0, 20, 30]) skip,
     LATERAL (SELECT kind, CASE WHEN kind <> 'vector' THEN embedding <=> '[1,1]' END AS d
              FROM odd ORDER BY embedding <=> '[1,1]' OFFSET skip LIMIT CASE skip WHEN 0 THEN 20 ELSE 10 END) s
GROUP BY skip, kind ORDER BY skip;
SELECT query, cardinality(by_index), by_index = by_sort
FROM unnest(ARRAY['[1,1]', '[-1,0]', '[0,0]', NULL]) query,
     nearest(40, format('embedding <=> (SELECT %L::vector)', query), 'odd');
CREATE INDEX odd_l2 ON odd USING hnsw (embedding vector_l2_ops);
SELECT query, cardinality(by_index), by_index = by_sort
FROM unnest(ARRAY['[1,1]', '[0,0]', NULL]) query,
     nearest(40, format('embedding <-> (SELECT %L::vector)', query), 'odd');

-- a condition on the vector itself
EXPLAIN (COSTS OFF) SELECT kind FROM odd WHERE embedding IS NULL ORDER BY embedding <-> '[1,1]';
SELECT operator, query, condition, cardinality(by_index), by_index = by_sort
FROM unnest(ARRAY['<=>', '<->']) operator, unnest(ARRAY['[1,1]', NULL]) query,
     unnest(ARRAY['IS NULL', 'IS NOT NULL', 'IS NULL AND embedding IS NOT NULL']) condition,
     nearest(40, format('embedding %s (SELECT %L::vector)', operator, query), 'odd WHERE embedding ' || condition);

-- cursors go forward; one that scrolls keeps what it has seen
\set nearest 'SELECT embedding FROM odd WHERE kind = ''vector'' ORDER BY embedding <-> ''[0,1]'''
BEGIN;
DECLARE forward NO SCROLL CURSOR FOR :nearest;
FETCH 3 FROM forward;
MOVE 15 FROM forward;
FETCH ALL FROM forward;
FETCH BACKWARD 1 FROM forward;
ROLLBACK;
BEGIN;
EXPLAIN (COSTS OFF) DECLARE scrolling SCROLL CURSOR FOR :nearest;
DECLARE scrolling SCROLL CURSOR FOR :nearest;
FETCH 3 FROM scrolling;
FETCH BACKWARD 1 FROM scrolling;
FETCH LAST FROM scrolling;
FETCH FIRST FROM scrolling;
COMMIT;

-- iterative_scan = off: no more than ef_search vectors are looked at
SET hnsw.ef_search = 10;
SET hnsw.iterative_scan = off;
SELECT count(*) FROM (SELECT id FROM items ORDER BY embedding <-> :'q' LIMIT 1000) s;
SELECT count(*) BETWEEN 1 AND 9 FROM (SELECT id FROM items WHERE id % 2 = 0 ORDER BY embedding <-> :'q' LIMIT 1000) s;

-- relaxed_order: all, nearly in order
SET hnsw.iterative_scan = relaxed_order;
SELECT cardinality(by_index), recall(by_index, by_sort) >= 0.9
FROM nearest(1000, format('embedding <-> %L', :'q'), 'items');
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM items ORDER BY embedding <-> :'q') s;

-- max_scan_tuples: no more than that
SET hnsw.max_scan_tuples = 100;
SELECT count(*) BETWEEN 10 AND 100 FROM (SELECT id FROM items ORDER BY embedding <-> :'q') s;
RESET hnsw.iterative_scan;
SELECT count(*) BETWEEN 10 AND 100 FROM (SELECT id FROM items ORDER BY embedding <-> :'q') s;
RESET hnsw.max_scan_tuples;

-- TIDs: shown, and used to lock rows
SELECT count(*), bool_and(i.ctid = s.ctid)
FROM (SELECT id, ctid FROM items ORDER BY embedding <-> :'q' LIMIT 20) s JOIN items i USING (id);
SELECT pg_relation_size('items') AS before \gset
SELECT count(*) FROM (SELECT id FROM items ORDER BY embedding <-> :'q' LIMIT 20 FOR UPDATE) s;
SELECT pg_relation_size('items') = :before, count(*) FROM items;

DROP VIEW answers;
DROP TABLE items, grid, asked, by_index, odd;
