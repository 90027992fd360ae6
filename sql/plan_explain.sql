-- filtered searches: what EXPLAIN tells, in all formats

-- The node's own properties and their values, numbers as N, of the only custom scan of the plan.
CREATE FUNCTION find(plan json) RETURNS json LANGUAGE sql AS $$
    WITH RECURSIVE nodes(node) AS (
        SELECT plan UNION ALL SELECT child FROM nodes, json_array_elements(node -> 'Plans') child)
    SELECT node FROM nodes WHERE node ->> 'Node Type' = 'Custom Scan'
$$;
CREATE FUNCTION tell(query text, options text DEFAULT 'ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF')
RETURNS TABLE (property text, value text) LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE format('EXPLAIN (FORMAT JSON, %s) %s', options, replace(query, 'Q', '''[1,1,1,1,1,1,1,1]'''))
        INTO plan;
    RETURN QUERY SELECT e.key, CASE WHEN e.value::text ~ '^[0-9.]+$' THEN 'N' ELSE e.value::text END
        FROM json_each(find(plan -> 0 -> 'Plan')) e
        WHERE e.key IN ('Index', 'Index Cond', 'Order By', 'Distance Bound', 'Strategy', 'Strategy Used',
            'Allowed Rows', 'Lossy Heap Blocks', 'Nodes Opened', 'Neighbors Seen', 'Distances', 'Pass Rate',
            'Switched');
END $$;
-- One number.
CREATE FUNCTION count_of(property text, query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON, ANALYZE, COSTS OFF, TIMING OFF) ' || replace(query, 'Q', '''[1,1,1,1,1,1,1,1]''')
        INTO plan;
    RETURN find(plan -> 0 -> 'Plan') ->> property;
END $$;
\pset format unaligned
\pset tuples_only on
SET max_parallel_workers_per_gather = 0;

CREATE TABLE items (id int PRIMARY KEY, category int, place int, embedding vector(8));
INSERT INTO items SELECT i, i % 10, i,
                         ARRAY[i % 2, i % 3, i % 5, i % 7, i % 11, i % 13, i % 17, i % 19]::vector
FROM generate_series(1, 20000) i;
CREATE INDEX items_category ON items (category);
CREATE INDEX items_place ON items USING brin (place) WITH (pages_per_range = 8);
CREATE INDEX items_hnsw ON items USING hnsw (embedding vector_l2_ops) WITH (m = 8, ef_construction = 16);
VACUUM ANALYZE items;
\set search 'SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10'

-- planned, and executed with each strategy
SELECT * FROM tell(:'search', 'COSTS OFF');
SET hnsw.filter_strategy = stream;
SELECT * FROM tell(:'search');
SET hnsw.filter_strategy = allow;
SELECT * FROM tell(:'search');
SET hnsw.filter_strategy = exact;
SELECT * FROM tell(:'search');
SELECT count_of('Allowed Rows', :'search') = 2000 AS allowed, count_of('Distances', :'search') = 2000 AS distances,
       count_of('Nodes Opened', :'search') = 0 AS nodes;
SELECT * FROM tell('SELECT id FROM items WHERE place < 3000 ORDER BY embedding <-> Q LIMIT 10');
RESET hnsw.filter_strategy;
SELECT * FROM tell('SELECT id FROM items i WHERE embedding <-> Q < 3 ORDER BY embedding <-> Q LIMIT 10', 'COSTS OFF');
SELECT * FROM tell('SELECT id, q FROM items i, (VALUES (Q::vector)) v (q) WHERE category = 3 ORDER BY i.embedding <-> q
    LIMIT 10', 'COSTS OFF');

-- sums over rescans
SELECT count_of('Nodes Opened', 'SELECT * FROM generate_series(1, 5) n,
           LATERAL (SELECT id FROM items WHERE category < 5 + n / 10 ORDER BY embedding <-> Q LIMIT 1) s')
       >= 5 * 40 AS opened_by_all;

-- the other formats have the same
DO $$
DECLARE
    lines text;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT XML) SELECT id FROM items WHERE category = 3
        ORDER BY embedding <-> ''[1,1,1,1,1,1,1,1]'' LIMIT 10' INTO lines;
    RAISE INFO '%', lines::xml IS DOCUMENT AND lines ~ '<Strategy>\w+</Strategy>'
        AND lines ~ '<Nodes-Opened>\d+</Nodes-Opened>';
    EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, FORMAT YAML) SELECT id FROM items WHERE category = 3
        ORDER BY embedding <-> ''[1,1,1,1,1,1,1,1]'' LIMIT 10' INTO lines;
    RAISE INFO '%', lines ~ '  Strategy: "\w+"' AND lines ~ '  Nodes Opened: \d+';
END $$;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> '[1,1,1,1,1,1,1,1]' LIMIT 10;

DROP TABLE items;
DROP FUNCTION tell, count_of, find;
