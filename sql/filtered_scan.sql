-- filtered searches: the rows, their number and their order
\i sql/include/nearest.sql

CREATE TABLE items (id int, a int, b int, tags int[], kind text, zone int, embedding vector(6));
INSERT INTO items SELECT i, i % 7, i % 200, ARRAY[i % 11, i % 13], 'x' || i % 5, i / 50,
                         CASE WHEN i % 41 = 0 THEN NULL WHEN i % 37 = 0 THEN '[0,0,0,0,0,0]'
                              WHEN i % 3 = 0 THEN vector_of(i % 300, 6) ELSE vector_of(i, 6) END
FROM generate_series(1, 2000) i;
CREATE INDEX ON items (a);
CREATE INDEX ON items (b);
CREATE INDEX ON items USING gin (tags);
CREATE INDEX ON items USING brin (zone) WITH (pages_per_range = 2);
CREATE INDEX items_l2 ON items USING hnsw (embedding vector_l2_ops);
CREATE INDEX items_cosine ON items USING hnsw (embedding vector_cosine_ops);
CREATE INDEX items_ip ON items USING hnsw (embedding vector_ip_ops);
VACUUM ANALYZE items;
-- chains of versions
UPDATE items SET kind = kind || '!' WHERE id % 10 = 3;

-- A query through the node, with a strategy, and by sorting: null when all is well. A search as wide as the table finds
-- everything. `used`: the strategy in the end, if the node was planned at all.
CREATE FUNCTION compare(query text, strategy text, exactly boolean, OUT used text, OUT wrong text)
LANGUAGE plpgsql AS $$
DECLARE
    by_node float8[];
    by_sort float8[];
    ids int[];
    plan json;
BEGIN
    PERFORM set_config('hnsw.enable_filtered_scan', 'off', true), set_config('enable_indexscan', 'off', true);
    EXECUTE 'SELECT array_agg(d) FROM (' || query || ') s' INTO by_sort;
    PERFORM set_config('hnsw.enable_filtered_scan', 'on', true), set_config('enable_indexscan', 'on', true);
    PERFORM set_config('hnsw.filter_strategy', strategy, true);
    EXECUTE 'SELECT array_agg(d), array_agg(id) FROM (' || query || ') s' INTO by_node, ids;
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
    PERFORM set_config('hnsw.filter_strategy', 'auto', true);

    used := substring(plan::text FROM '"Strategy Used": "(\w+)"');
    IF cardinality(ids) <> (SELECT count(DISTINCT id) FROM unnest(ids) id) THEN
        wrong := 'rows come twice';
    ELSIF cardinality(by_node) IS DISTINCT FROM cardinality(by_sort) THEN
        wrong := format('%s rows instead of %s', cardinality(by_node), cardinality(by_sort));
    ELSIF by_node <> (SELECT array_agg(d ORDER BY d) FROM unnest(by_node) d) AND exactly THEN
        wrong := 'not in order';
    ELSIF by_node IS DISTINCT FROM by_sort AND exactly THEN
        wrong := 'not the nearest';
    END IF;
    wrong := wrong || ': ' || strategy || ': ' || query;
END $$;

-- Which strategies were used, when one was asked for, and what went wrong. Queries that the node was not planned for
-- do not count.
CREATE FUNCTION compare_all(exactly boolean, k text[]) RETURNS TABLE (strategy text, used text[], wrong text)
LANGUAGE sql AS $$
    SELECT strategy, CASE strategy WHEN 'auto' THEN NULL ELSE array_agg(DISTINCT used) END, min(wrong)
    FROM unnest(ARRAY['auto', 'stream', 'allow', 'exact']) strategy,
         unnest(k) k,
         unnest(ARRAY['<->', '<=>', '<#>']) op,
         unnest(ARRAY['[1,2,3,4,5,6]', '[30,-30,2,0,0,1]', '[0,0,0,0,0,0]', NULL]) q,
         unnest(ARRAY['a = 3', 'b < 3', 'b = 17 AND a > 2', 'tags @> ''{3}''', 'tags && ''{1,2}'' AND kind = ''x1''',
                      'kind = ''x3!''', 'zone BETWEEN 10 AND 12', 'a = 99', 'id < 0', 'id > 0', 'a IN (1, 2) OR b = 5',
                      'embedding IS NULL', 'a = 1 AND embedding IS NOT NULL']) conditions,
         compare(format('SELECT id, embedding %1$s %2$L::vector AS d FROM items WHERE %3$s
                         ORDER BY embedding %1$s %2$L::vector LIMIT %4$s', op, q, conditions, k), strategy, exactly)
    WHERE used IS NOT NULL OR wrong IS NOT NULL
    GROUP BY strategy ORDER BY strategy
$$;
SET hnsw.ef_search = 5000;
SELECT * FROM compare_all(true, ARRAY['10', '3 OFFSET 5', 'NULL']);
-- With a narrow search rows may be missed, but never their number.
SET hnsw.ef_search = 1;
SELECT * FROM compare_all(false, ARRAY['1', '100']);
SET hnsw.iterative_scan = relaxed_order;
SELECT * FROM compare_all(false, ARRAY['100']);
RESET hnsw.iterative_scan;

-- The same with few bits for each row of a bitmap, and results that go to disk.
SET work_mem = '64kB';
SELECT * FROM compare_all(false, ARRAY['10']);
CREATE TABLE many (id int, a int, embedding vector(2));
INSERT INTO many SELECT i, i % 2, ARRAY[i * 7919 % 10007, i % 3]::vector FROM generate_series(1, 12000) i;
INSERT INTO many SELECT i, 0, NULL FROM generate_series(12001, 12100) i;
CREATE INDEX ON many (a);
CREATE INDEX ON many USING hnsw (embedding vector_l2_ops) WITH (m = 4, ef_construction = 8);
VACUUM ANALYZE many;
SELECT strategy, used, wrong
FROM unnest(ARRAY['exact', 'stream']) strategy,
     compare('SELECT id, embedding <-> ''[5000,1]'' AS d FROM many WHERE a = 0
              ORDER BY embedding <-> ''[5000,1]''', strategy, false);
RESET work_mem;
DROP TABLE many;

-- Blocks instead of rows: one row a page, and more pages than the bitmap may have.
CREATE TABLE wide (id int, a int, embedding vector(2), filler text);
ALTER TABLE wide ALTER filler SET STORAGE PLAIN;
INSERT INTO wide SELECT i, i % 2, ARRAY[i % 71, i / 71]::vector, repeat('x', 4200) FROM generate_series(1, 6000) i;
CREATE INDEX ON wide (a);
CREATE INDEX ON wide USING hnsw (embedding vector_l2_ops) WITH (m = 4, ef_construction = 8);
VACUUM ANALYZE wide;
UPDATE wide SET id = -id WHERE id % 100 = 1;
CREATE FUNCTION lossy_blocks(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
    RETURN plan::text LIKE '%"Lossy Heap Blocks"%';
END $$;
SET work_mem = '64kB';
SET hnsw.filter_strategy = allow;
SELECT lossy_blocks('SELECT FROM wide WHERE a >= 0 ORDER BY embedding <-> ''[3,5]'' LIMIT 20'),
       lossy_blocks('SELECT FROM wide WHERE a >= 0 AND id < 0 ORDER BY embedding <-> ''[3,5]'' LIMIT 20');
SET hnsw.ef_search = 5000;
SELECT strategy, wrong
FROM unnest(ARRAY['auto', 'allow', 'exact']) strategy,
     unnest(ARRAY['a >= 0', 'a = 1', 'a >= 0 AND id < 0']) conditions,
     compare(format('SELECT id, embedding <-> ''[3,5]'' AS d FROM wide WHERE %s
                     ORDER BY embedding <-> ''[3,5]'' LIMIT 20', conditions), strategy, true);
RESET work_mem;
RESET hnsw.filter_strategy;
DROP TABLE wide;

-- rescans: the bitmap is read once when only the vector changes
CREATE TABLE queries (n int, b int, q vector(6));
INSERT INTO queries SELECT i, i % 3, vector_of(-i, 6) FROM generate_series(1, 6) i;
INSERT INTO queries VALUES (7, 1, NULL);
CREATE FUNCTION bitmaps(query text, OUT loops int, OUT bitmaps int) LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
    loops := plan #>> '{0,Plan,Plans,1,Plans,0,Actual Loops}';
    bitmaps := plan #>> '{0,Plan,Plans,1,Plans,0,Plans,0,Actual Loops}';
END $$;
SET hnsw.filter_strategy = allow;
SELECT * FROM bitmaps('SELECT FROM queries,
    LATERAL (SELECT FROM items WHERE b < 30 ORDER BY embedding <-> q LIMIT 3) s');
SELECT * FROM bitmaps('SELECT FROM queries,
    LATERAL (SELECT FROM items WHERE items.b = 3 + queries.b ORDER BY embedding <-> q LIMIT 3) s');
RESET hnsw.filter_strategy;
CREATE FUNCTION answers(strategy text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('hnsw.filter_strategy', strategy, true);
    RETURN (SELECT string_agg(format('%s:%s:%s', n, rank, d), ' ' ORDER BY n, rank)
            FROM queries, LATERAL (SELECT row_number() OVER () AS rank, d
                                   FROM (SELECT embedding <-> q AS d FROM items WHERE items.b BETWEEN 3 AND 9 + n
                                         ORDER BY embedding <-> q LIMIT 4) s) t);
END $$;
SELECT answers('auto') = answers('exact'), answers('stream') = answers('exact'), answers('allow') = answers('exact');
RESET hnsw.filter_strategy;
-- the limit, too
SELECT n, array_agg(d = nearest) FROM queries,
    LATERAL (SELECT embedding <-> q AS d, min(embedding <-> q) OVER () AS nearest FROM items WHERE a = 2
             ORDER BY embedding <-> q LIMIT n % 3) s
WHERE n < 5 GROUP BY n ORDER BY n;

-- joins and subqueries
SELECT count(*), is_sorted(array_agg(d)) FROM (
    SELECT embedding <-> '[1,2,3,4,5,6]' AS d FROM items JOIN queries ON queries.n = items.a WHERE items.b < 100
    ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 40) s;
SELECT count(*), is_sorted(array_agg(d)) FROM (
    SELECT embedding <-> '[1,2,3,4,5,6]' AS d FROM items WHERE a = 3 AND b IN (SELECT b FROM queries)
    ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 40) s;
SELECT wrong FROM compare('SELECT id, embedding <-> ''[1,2,3,4,5,6]'' AS d FROM items
    WHERE a = 3 AND EXISTS (SELECT FROM queries WHERE queries.b = items.b OR items.b > 100)
    ORDER BY embedding <-> ''[1,2,3,4,5,6]'' LIMIT 20', 'stream', true);
SELECT wrong FROM compare('SELECT id, embedding <-> (SELECT q FROM queries WHERE n = 2) AS d FROM items
    WHERE a = (SELECT b FROM queries WHERE n = 2) ORDER BY embedding <-> (SELECT q FROM queries WHERE n = 2)
    LIMIT (SELECT n FROM queries WHERE n = 5)', 'auto', true);

-- conditions are evaluated once for each row, and those that depend on nothing once
CREATE SEQUENCE evaluations;
SET hnsw.filter_strategy = stream;
SELECT count(*) FROM (SELECT FROM items WHERE a = 3 AND nextval('evaluations') > 0
    ORDER BY embedding <-> '[1,2,3,4,5,6]') s;
SELECT last_value FROM evaluations;
SET hnsw.filter_strategy = allow;
SELECT count(*) FROM (SELECT FROM items WHERE a = 3 AND nextval('evaluations') > 0
    ORDER BY embedding <-> '[1,2,3,4,5,6]') s;
SELECT last_value FROM evaluations;
SET hnsw.filter_strategy = exact;
SELECT count(*) FROM (SELECT FROM items WHERE a = 3 AND nextval('evaluations') > 0
    ORDER BY embedding <-> '[1,2,3,4,5,6]') s;
SELECT last_value FROM evaluations;
RESET hnsw.filter_strategy;

-- prepared, with a plan that knows neither the vector nor the limit
SET plan_cache_mode = force_generic_plan;
PREPARE search(vector, int, int) AS SELECT id FROM items WHERE a = $3 ORDER BY embedding <-> $1 LIMIT $2;
EXECUTE search('[1,2,3,4,5,6]', 2, 4);
EXECUTE search('[1,2,3,4,5,6]', 0, 4);
EXECUTE search('[1,2,3,4,5,6]', 1, NULL);
EXECUTE search('[1,2,3,4,5,6]', -1, 4);
EXECUTE search('[1,2]', 1, 4);
EXECUTE search('[1,2,3,4,5,6]', 2, 4);
CREATE TABLE found AS EXECUTE search('[1,2,3,4,5,6]', NULL, 4);
SELECT count(*), count(DISTINCT id) FROM found;
TRUNCATE found;
INSERT INTO found SELECT id FROM items WHERE a = 4 ORDER BY embedding <-> NULL LIMIT 10;
SELECT count(*) FROM found;
DROP TABLE found;
RESET plan_cache_mode;

-- wrong dimensions, whatever the strategy
SET hnsw.filter_strategy = exact;
SELECT id FROM items WHERE a = 3 ORDER BY embedding <-> '[1,2]' LIMIT 3;
SET hnsw.filter_strategy = allow;
SELECT id FROM items WHERE a = 3 ORDER BY embedding <-> '[1,2]' LIMIT 3;
SELECT id FROM items WHERE a = 3 ORDER BY embedding <-> '[9,2,3,4,5,6]' LIMIT 1;
RESET hnsw.filter_strategy;

-- cursors
SELECT id FROM items WHERE a = 3 AND id % 37 <> 0 ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 6;
BEGIN;
DECLARE scrolling SCROLL CURSOR FOR SELECT id FROM items WHERE a = 3 AND id % 37 <> 0
    ORDER BY embedding <-> '[1,2,3,4,5,6]';
FETCH 3 FROM scrolling;
FETCH BACKWARD 2 FROM scrolling;
MOVE FORWARD ALL IN scrolling;
FETCH RELATIVE 0 FROM scrolling;
DECLARE held CURSOR WITH HOLD FOR SELECT id FROM items WHERE a = 3 AND id % 37 <> 0
    ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 4;
DECLARE current_one CURSOR FOR
    SELECT id, tableoid::regclass, ctid = (SELECT ctid FROM items i WHERE i.id = items.id), xmin <> '0',
           items::text LIKE '(%,3,%'
    FROM items WHERE a = 3 AND id % 37 <> 0 ORDER BY embedding <-> '[1,2,3,4,5,6]';
FETCH 2 FROM current_one;
UPDATE items SET kind = 'current' WHERE CURRENT OF current_one;
FETCH current_one;
DELETE FROM items WHERE CURRENT OF current_one;
FETCH current_one;
SELECT count(*) FILTER (WHERE kind = 'current'), count(*) FROM items;
-- rows that this transaction deletes meanwhile remain what the cursor sees
DELETE FROM items WHERE a = 3;
FETCH 1 FROM current_one;
MOVE FORWARD ALL IN current_one;
COMMIT;
FETCH ALL FROM held;
CLOSE held;
SELECT count(*) FROM items;

-- locks and changes
BEGIN;
SELECT id FROM items WHERE a = 4 AND id % 37 <> 0 ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 2 FOR UPDATE;
DELETE FROM items WHERE ctid IN (SELECT ctid FROM items WHERE a = 4 AND id % 37 <> 0
    ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 2 FOR UPDATE) RETURNING id;
UPDATE items SET a = 40 WHERE id IN (SELECT id FROM items WHERE a = 4 AND id % 37 <> 0
    ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 2) RETURNING id;
SELECT count(*), count(DISTINCT id) FROM (SELECT id FROM items WHERE a IN (4, 40)
    ORDER BY embedding <-> '[1,2,3,4,5,6]') s;
ROLLBACK;

-- a second expression
SELECT array_agg(id) = (SELECT array_agg(id) FROM (
    SELECT id FROM items WHERE a = 5 ORDER BY embedding <-> '[1,2,3,4,5,6]', id DESC LIMIT 30) s)
FROM (SELECT id FROM items WHERE a + 0 = 5 ORDER BY (embedding <-> '[1,2,3,4,5,6]') + 0, id DESC LIMIT 30) s;

-- conditions on the index's own columns, alone and beside a bitmap
CREATE TABLE goods (id int, a int, b int, kind text, tags int[], embedding vector(6));
INSERT INTO goods SELECT id, a, b, nullif(kind, 'x4'), tags, embedding FROM items;
CREATE INDEX goods_index ON goods USING hnsw (embedding vector_l2_ops, a, kind) INCLUDE (tags);
CREATE INDEX ON goods (b);
VACUUM ANALYZE goods;
UPDATE goods SET kind = 'other' WHERE id % 20 = 3;
SELECT strategy, array_agg(DISTINCT used), min(wrong)
FROM unnest(ARRAY['attr', 'allow', 'stream']) strategy,
     unnest(ARRAY['a = 3', 'a IN (1, 2, 5)', 'a > 2 AND kind = ''x1''', 'kind IS NULL', 'a = 99', 'a = NULL',
                  'kind = ''other''', 'a = 1 AND b < 50', 'tags @> ''{3}'' AND a < 4', 'a = 2 AND id % 2 = 0',
                  'embedding IS NULL AND a = 6']) conditions,
     unnest(ARRAY['[1,2,3,4,5,6]', NULL]) q,
     compare(format('SELECT id, embedding <-> %1$L::vector AS d FROM goods WHERE %2$s
                     ORDER BY embedding <-> %1$L::vector LIMIT 20', q, conditions), strategy, true)
WHERE used IS NOT NULL OR wrong IS NOT NULL
GROUP BY strategy ORDER BY strategy;
SELECT min(wrong) FROM unnest(ARRAY['a = 3', 'a = 1 AND b < 50', 'a = 2 AND id % 2 = 0']) conditions,
     compare(format('SELECT id, embedding <-> ''[1,2,3,4,5,6]'' AS d FROM goods WHERE %s
                     ORDER BY embedding <-> ''[1,2,3,4,5,6]''', conditions), 'attr', true);
SET hnsw.filter_strategy = attr;
SELECT n, found, found = expected FROM queries,
    LATERAL (SELECT count(*) AS found
             FROM (SELECT FROM goods WHERE a = queries.b AND kind = 'x1' ORDER BY embedding <-> q) s) t,
    LATERAL (SELECT count(*) AS expected FROM goods WHERE a = queries.b AND kind = 'x1') u
ORDER BY n;
RESET hnsw.filter_strategy;
DROP TABLE goods;

-- statistics that are wrong: nothing that passes is near
CREATE TABLE drifting (id int, a int, embedding vector(2)) WITH (autovacuum_enabled = off);
INSERT INTO drifting SELECT i, i % 2, ARRAY[i % 100, i / 100]::vector FROM generate_series(1, 10000) i;
CREATE INDEX ON drifting (a);
CREATE INDEX ON drifting USING hnsw (embedding vector_l2_ops) WITH (m = 8, ef_construction = 16);
ANALYZE drifting;
UPDATE drifting SET a = 2 WHERE a = 1 AND id < 9700;
RESET hnsw.ef_search;
CREATE FUNCTION switched(query text, OUT planned text, OUT used text, OUT cause boolean) LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
    planned := plan #>> '{0,Plan,Plans,0,Strategy}';
    used := plan #>> '{0,Plan,Plans,0,Strategy Used}';
    cause := plan #>> '{0,Plan,Plans,0,Switched}' IS NOT NULL;
END $$;
SELECT planned, used <> planned, cause
FROM switched('SELECT FROM drifting WHERE a = 1 ORDER BY embedding <-> ''[50,10]'' LIMIT 10');
SELECT used IN ('allow', 'exact'), wrong
FROM compare('SELECT id, embedding <-> ''[50,10]'' AS d FROM drifting WHERE a = 1
              ORDER BY embedding <-> ''[50,10]'' LIMIT 10', 'auto', true);
-- while rows are being returned: each comes once
BEGIN;
DECLARE growing CURSOR FOR SELECT id FROM drifting WHERE a = 1 ORDER BY embedding <-> '[50,99]';
CREATE TABLE grown (id int);
CREATE FUNCTION grow(n int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    c refcursor := 'growing';
    row record;
BEGIN
    FOR i IN 1 .. n LOOP
        FETCH c INTO row;
        EXIT WHEN NOT FOUND;
        INSERT INTO grown VALUES (row.id);
    END LOOP;
    RETURN (SELECT count(DISTINCT id) FROM grown);
END $$;
SELECT grow(5), grow(20), grow(1000);
SELECT count(*), count(DISTINCT id), (SELECT count(*) FROM drifting WHERE a = 1) FROM grown;
ROLLBACK;
-- an index that has grown since it was counted
BEGIN;
UPDATE pg_class SET reltuples = 20 WHERE oid = 'drifting'::regclass;
SET LOCAL hnsw.ef_search = 5;
SELECT k, used, wrong
FROM unnest(ARRAY['30', '200', 'ALL']) k,
     compare('SELECT id, embedding <-> ''[50,10]'' AS d FROM drifting WHERE a = 1
              ORDER BY embedding <-> ''[50,10]'' LIMIT ' || k, 'stream', false);
ROLLBACK;
-- the number of nodes a search may open
SET hnsw.filter_strategy = stream;
SET hnsw.max_scan_tuples = 50;
SELECT count(*) < 50 FROM (SELECT FROM drifting WHERE a = 0 ORDER BY embedding <-> '[50,10]') s;
SELECT count(*) FROM (SELECT FROM drifting WHERE a = 1 ORDER BY embedding <-> '[50,10]') s;
RESET hnsw.max_scan_tuples;
RESET hnsw.filter_strategy;
DROP TABLE drifting;
DROP FUNCTION switched;
SET hnsw.ef_search = 5000;

-- partitions
CREATE TABLE parted (id int, part int, a int, embedding vector(6)) PARTITION BY LIST (part);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (0);
CREATE TABLE parted_2 (embedding vector(6), a int, gone int, id int, part int);
ALTER TABLE parted_2 DROP COLUMN gone;
ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES IN (1);
INSERT INTO parted SELECT id, id % 2, a, embedding FROM items;
CREATE INDEX ON parted (a);
CREATE INDEX ON parted USING hnsw (embedding vector_l2_ops);
VACUUM ANALYZE parted;
SELECT strategy, used, wrong
FROM unnest(ARRAY['stream', 'allow', 'exact']) strategy,
     compare('SELECT id, embedding <-> ''[1,2,3,4,5,6]'' AS d FROM parted WHERE a < 4
              ORDER BY embedding <-> ''[1,2,3,4,5,6]'' LIMIT 50', strategy, true);
SELECT tableoid::regclass, part, count(*) > 50 FROM (
    SELECT tableoid, part FROM parted WHERE a = 5 ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 200 FOR UPDATE) s
GROUP BY 1, 2 ORDER BY 1;
DROP TABLE parted;

-- distance bounds
CREATE FUNCTION within(bound text, conditions text, k text) RETURNS text LANGUAGE sql AS $$
    SELECT wrong FROM unnest(ARRAY['auto', 'stream', 'allow', 'exact']) strategy,
        compare(format('SELECT id, embedding <-> ''[1,2,3,4,5,6]'' AS d FROM items
            WHERE %s AND %s ORDER BY embedding <-> ''[1,2,3,4,5,6]'' LIMIT %s', conditions, bound, k), strategy, true)
    WHERE wrong IS NOT NULL
$$;
SET hnsw.ef_search = 100;
SELECT bound, conditions, k, within(bound, conditions, k)
FROM unnest(ARRAY['embedding <-> ''[1,2,3,4,5,6]'' < 28', '25 >= embedding <-> ''[1,2,3,4,5,6]''',
                  'embedding <-> ''[1,2,3,4,5,6]'' < 0', 'embedding <-> ''[1,2,3,4,5,6]'' <= sqrt(91)',
                  'embedding <-> ''[1,2,3,4,5,6]'' < NULL', 'embedding <-> ''[1,2,3,4,5,6]'' < ''NaN''']) bound,
     unnest(ARRAY['true', 'a < 3']) conditions, unnest(ARRAY['ALL', '3']) k;
RESET hnsw.ef_search;

-- in a worker, which gets the plan as text
SET max_parallel_workers_per_gather = 1;
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET hnsw.filter_strategy = 'allow';
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE a = 3 ORDER BY embedding <-> '[1,2,3,4,5,6]' LIMIT 50;
RESET hnsw.filter_strategy;
SELECT strategy, wrong
FROM unnest(ARRAY['stream', 'allow', 'exact']) strategy,
     compare('SELECT id, embedding <-> ''[1,2,3,4,5,6]'' AS d FROM items WHERE a = 3
              ORDER BY embedding <-> ''[1,2,3,4,5,6]'' LIMIT 50', strategy, true);
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
RESET max_parallel_workers_per_gather;

DROP TABLE items, queries;
DROP SEQUENCE evaluations;
DROP FUNCTION compare, compare_all, lossy_blocks, bitmaps, answers, within;
