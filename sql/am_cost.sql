-- hnsw: when the planner chooses the index

-- The nodes of a plan, outermost first.
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    nodes text := '';
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    plan := plan -> 0 -> 'Plan';
    WHILE plan IS NOT NULL LOOP
        nodes := nodes || ' < ' || (plan ->> 'Node Type') || coalesce(' ' || (plan ->> 'Index Name'), '');
        plan := plan -> 'Plans' -> -1;
    END LOOP;
    RETURN substr(nodes, 4);
END $$;
SET max_parallel_workers_per_gather = 0;
\pset format unaligned
\pset tuples_only on

CREATE TABLE items (id int PRIMARY KEY, category int, embedding vector(8));
INSERT INTO items SELECT i, i % 500, ARRAY[i % 2, i % 3, i % 5, i % 7, i % 11, i % 13, i % 17, i % 19]::vector
FROM generate_series(1, 10000) i;
CREATE TABLE few AS SELECT * FROM items WHERE id <= 100;
CREATE INDEX items_hnsw ON items USING hnsw (embedding vector_l2_ops) WITH (m = 8, ef_construction = 16);
CREATE INDEX few_hnsw ON few USING hnsw (embedding vector_l2_ops);
VACUUM ANALYZE items, few;
\set by 'ORDER BY embedding <-> ''[1,1,1,1,1,1,1,1]'''

-- the first rows in order of distance
SELECT k, plan_of('SELECT id FROM items ' || :'by' || ' LIMIT ' || k) FROM unnest(ARRAY[1, 10, 100, 500]) k;
SELECT plan_of('SELECT id FROM items ' || :'by' || ' OFFSET 10 LIMIT 10');
SELECT plan_of('SELECT * FROM few, LATERAL (SELECT id FROM items i ORDER BY i.embedding <-> few.embedding LIMIT 3) s');

-- most rows, all rows, or too few to bother: sorting is cheaper
SELECT k, plan_of('SELECT id FROM items ' || :'by' || ' LIMIT ' || k) FROM unnest(ARRAY[5000, 10000]) k;
SELECT plan_of('SELECT id FROM items ' || :'by');
SELECT plan_of('SELECT id FROM few ' || :'by' || ' LIMIT 10');

-- the wider the search, the dearer
SET hnsw.ef_search = 10000;
SELECT plan_of('SELECT id FROM items ' || :'by' || ' LIMIT 10');
RESET hnsw.ef_search;

-- with a condition: the index while enough rows pass
CREATE INDEX items_category ON items (category);
SELECT c, plan_of('SELECT id FROM items WHERE ' || c || ' ' || :'by' || ' LIMIT 10')
FROM unnest(ARRAY['category < 400', 'category < 100', 'category < 50', 'category = 3', 'id = 3', 'id < 0']) c;

-- not what the index can order by
SELECT o, plan_of('SELECT id FROM items ORDER BY ' || o || ' LIMIT 10')
FROM unnest(ARRAY['embedding <=> ''[1,1,1,1,1,1,1,1]''', 'embedding <-> ''[1,1,1,1,1,1,1,1]'' DESC',
                  'embedding <-> ''[1,1,1,1,1,1,1,1]'' NULLS FIRST', 'embedding <-> embedding', 'embedding',
                  'embedding <-> ''[1,1,1,1,1,1,1,1]'', embedding <-> ''[2,2,2,2,2,2,2,2]''']) o;

-- an aggregate must be exact
SELECT plan_of('SELECT min(embedding <-> ''[1,1,1,1,1,1,1,1]'') FROM items');

-- without order never, whatever is switched off
DROP INDEX items_category;
CREATE INDEX items_part ON items USING hnsw (embedding vector_l2_ops) WITH (m = 8, ef_construction = 16)
    WHERE category < 50;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT q, plan_of(q)
FROM unnest(ARRAY['SELECT count(*) FROM items WHERE category < 50', 'SELECT id FROM items WHERE category < 50 LIMIT 1',
                  'SELECT id FROM items WHERE embedding = ''[1,1,1,1,1,1,1,1]''',
                  'SELECT id FROM items WHERE embedding IS NULL']) q;
RESET enable_seqscan;
RESET enable_bitmapscan;

-- a partial index is the better one where it holds all that is asked for
SELECT c, plan_of('SELECT id FROM items WHERE ' || c || ' ' || :'by' || ' LIMIT 10')
FROM unnest(ARRAY['category < 50', 'category = 7', 'category < 60']) c;

DROP TABLE items, few;
DROP FUNCTION plan_of;
