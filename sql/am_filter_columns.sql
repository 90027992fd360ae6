-- hnsw: filter columns, by forms of conditions, and what an index of several columns is
\i sql/include/filter.sql

CREATE TABLE goods (id int, embedding vector(4), category int, price int8, name text COLLATE "C", stock int2,
                    active bool);
INSERT INTO goods
SELECT i, vector_of(i, 4), NULLIF(i % 10, 7), i * 10,
    'good ' || i % 30 || repeat('!', i % 40), NULLIF(i % 6, 3), i % 3 > 0
FROM generate_series(1, 200) i;
CREATE INDEX goods_index ON goods USING hnsw (embedding vector_l2_ops, category, price, name, active) INCLUDE (stock);
INSERT INTO goods
SELECT i, vector_of(i, 4), NULLIF(i % 10, 7), i * 10,
    'good ' || i % 30 || repeat('!', i % 40), NULLIF(i % 6, 3), i % 3 > 0
FROM generate_series(201, 300) i;
ANALYZE goods;
\d goods_index
SELECT p, pg_index_column_has_property('goods_index', 1, p), pg_index_column_has_property('goods_index', 2, p)
FROM unnest(ARRAY['distance_orderable', 'search_array', 'search_nulls']) p;

SET enable_seqscan = off;
SET enable_sort = off;
SET hnsw.enable_filtered_scan = off;
EXPLAIN (COSTS OFF) SELECT id FROM goods WHERE category = 3 AND price < 1000 AND name >= 'good 2' AND stock = 1
ORDER BY embedding <-> '[1,2,3,4]' LIMIT 5;
EXPLAIN (COSTS OFF) SELECT id FROM goods WHERE 3 <> category AND price BETWEEN 500 AND 2000::int2 AND name IS NOT NULL
ORDER BY embedding <-> '[1,2,3,4]' LIMIT 5;
RESET enable_seqscan;
RESET enable_sort;
RESET hnsw.enable_filtered_scan;

-- several conditions: on one column, on all, on none; those on INCLUDE columns are never handed to an index
SELECT condition, c.*
FROM unnest(ARRAY['true', 'category = 3', '3 = category', 'category > 3 AND category < 5',
                  'category BETWEEN 2 AND 4 AND category <> 3',
                  'category = 3 AND price < 1000 AND name >= ''good 2''', 'category = 3 AND stock = 1',
                  'stock IS NULL',
                  'category IS NULL AND price > 1500', 'category IS NOT NULL AND name < ''good 15''',
                  'category <= 3 AND category >= 4',
                  'category = 3 AND category IS NULL', 'price = 1230', 'price = 1231', 'name = ''good 3!!!''',
                  'name = ''good 8'' || repeat(''!'', 38)', 'name LIKE ''good 2%''', 'name LIKE ''%!!!''',
                  'category = 1 OR price = 40', 'category + 1 = 4',
                  'price % 7 = 0 AND category = 2']) WITH ORDINALITY u(condition, n),
     compare(condition, 'goods') c
ORDER BY n;

-- lists; before 17 core hands them to no index scan that orders, but the node takes them
SELECT condition, passing, differences, strategy
FROM unnest(ARRAY['category IN (1, 2, 8)', 'category = ANY (''{1,NULL,3}'')', 'category = ANY (''{NULL}'')',
                  'category = ANY (''{}'')',
                  'category = ANY (NULL)', 'category = ANY ((SELECT NULL::int[])::int[])', 'category IN (3, 3, 3)',
                  'category = ANY (''{1,3000000000}''::int8[])', 'category < ANY (''{2,NULL,1}'')',
                  'category <> ANY (''{2}'')',
                  'category <> ALL (''{2,3}'')', 'category NOT IN (1, NULL)',
                  'name IN (''good 3!!!'', ''good 4!!!!'', NULL)',
                  'price = ANY (ARRAY(SELECT i * 100 FROM generate_series(1, 100) i))',
                  'category IN (1, 2) AND price IN (10, 20, 30)',
                  'name = ANY (ARRAY(SELECT name FROM goods WHERE id % 10 = 0))']) WITH ORDINALITY u(condition, n),
     compare(condition, 'goods') c
ORDER BY n;

-- booleans: the planner makes bare conditions of them, which core does not know in our classes before 17
SELECT condition, passing, differences, strategy
FROM unnest(ARRAY['active', 'NOT active', 'active = true', 'active = false', 'active IS TRUE', 'active IS NOT TRUE',
                  'active <> true',
                  'active >= true', 'active = (SELECT true)', 'active < (SELECT true)',
                  'active IS NULL']) WITH ORDINALITY u(condition, n),
     compare(condition, 'goods') c
ORDER BY n;

-- values that only the executor knows, NULL among them
SELECT condition, c.*
FROM unnest(ARRAY['category = (SELECT 3)', 'category = (SELECT NULL::int)', 'category < (SELECT NULL::int8)',
                  'name = (SELECT NULL)',
                  'price > (SELECT avg(price)::int8 FROM goods)']) WITH ORDINALITY u(condition, n),
     compare(condition, 'goods') c
ORDER BY n;
SET plan_cache_mode = force_generic_plan;
SET hnsw.filter_strategy = attr;
SET enable_seqscan = off;
SET enable_sort = off;
PREPARE search(int, int8) AS
    SELECT array_agg(id)
    FROM (SELECT id FROM goods WHERE category = $1 AND price > $2 ORDER BY embedding <-> '[1,2,3,4]' LIMIT 3) s;
EXPLAIN (COSTS OFF) EXECUTE search(3, 1000);
EXECUTE search(3, 1000);
EXECUTE search(NULL, 1000);
EXECUTE search(4, 2000);
EXECUTE search(99, 0);
-- from another table, again and again
EXPLAIN (COSTS OFF)
SELECT wanted, id FROM generate_series(-1, 10) wanted, LATERAL
    (SELECT id FROM goods WHERE category = wanted AND price < wanted * 300 ORDER BY embedding <-> '[1,2,3,4]'
     LIMIT 3) s;
SELECT wanted, array_agg(id) FROM generate_series(-1, 10) wanted, LATERAL
    (SELECT id FROM goods WHERE category = wanted AND price < wanted * 300 ORDER BY embedding <-> '[1,2,3,4]'
     LIMIT 3) s
GROUP BY wanted ORDER BY wanted;
SET enable_indexscan = off;
RESET enable_seqscan;
RESET enable_sort;
SELECT wanted, array_agg(id) FROM generate_series(-1, 10) wanted, LATERAL
    (SELECT id FROM goods WHERE category = wanted AND price < wanted * 300 ORDER BY embedding <-> '[1,2,3,4]'
     LIMIT 3) s
GROUP BY wanted ORDER BY wanted;
EXECUTE search(3, 1000);
EXECUTE search(4, 2000);
RESET enable_indexscan;
RESET plan_cache_mode;
RESET hnsw.filter_strategy;

-- collations: the index tests what is compared under its own
CREATE COLLATION ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION english (provider = icu, locale = 'en');
SELECT fill('text COLLATE english', $$(ARRAY['Zoo', 'apple', 'Apple', 'zoo'])[i % 4 + 1] || repeat('e', i % 40)$$);
SELECT condition, c.*
FROM unnest(ARRAY['c < ''m''', 'c < ''m'' COLLATE "C"', 'c = ''Apple'' || repeat(''e'', 10)',
                  'c = ''Apple'' || repeat(''e'', 10) COLLATE "C"',
                  'c = ''apple'' || repeat(''e'', 37)', 'c >= ''Apple''']) condition, compare(condition) c;
SELECT fill('text COLLATE ignoring_case', $$(ARRAY['Zoo', 'apple', 'Apple',
    'zoo'])[i % 4 + 1] || repeat('E', i % 40)$$);
SELECT condition, c.*
FROM unnest(ARRAY['c < ''M''', 'c = ''APPLE'' || repeat(''e'', 10)', 'c = ''APPLE'' || repeat(''e'', 37)',
                  'c <> ''ZOO''',
                  'c = ''APPLEE'' COLLATE "C"']) condition, compare(condition) c;
SELECT condition, passing, differences, strategy
FROM unnest(ARRAY['c IN (''ZOO'', ''appleE'', NULL)',
                  'c = ANY (ARRAY[''APPLE'' || repeat(''e'', 38), ''Zoo''])']) condition, compare(condition) c;
SELECT fill('text[] COLLATE ignoring_case', $$ARRAY['A' || i % 7, CASE i % 2 WHEN 0 THEN 'x' ELSE 'X' END]$$);
SELECT condition, c.*
FROM unnest(ARRAY['c @> ''{a3}''', 'c && ''{a1,A2,b}''', 'c <@ ''{a1,a2,x}''', 'c = ''{a1,x}''']) condition,
                  compare(condition) c;
-- text under the class of another type
SELECT fill('text COLLATE "C"', $$'a' || repeat(' ', i % 3)$$, 'bpchar_ops');
SELECT condition, c.* FROM unnest(ARRAY['c::bpchar = ''a''', 'c::bpchar >= ''a   ''',
                                        'c::bpchar <> ''a''']) condition, compare(condition) c;

-- rows with one and the same vector have one node, but each its own values
CREATE TABLE same (id int, embedding vector(4), c int, words text COLLATE "C");
INSERT INTO same SELECT i, vector_of(i % 5, 4), i % 20, repeat('w', i % 40) FROM generate_series(1, 200) i;
CREATE INDEX same_index ON same USING hnsw (embedding vector_l2_ops, c, words);
INSERT INTO same SELECT i, vector_of(i % 7, 4), i % 20, repeat('w', i % 40) FROM generate_series(201, 400) i;
-- How far the rows by index are from those that pass, in both directions, and whether the order is that of distance: by
-- core's index scan, and if that is right by the node.
CREATE FUNCTION compare_sets(condition text, source text, distance text,
                             OUT passing bigint, OUT missing bigint, OUT wrong bigint, OUT sorted boolean)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off
SET hnsw.filter_strategy = attr SET hnsw.enable_filtered_scan = off AS $$
DECLARE
    query text := format('SELECT id, %3$s AS d FROM %1$s WHERE %2$s ORDER BY %3$s', source, condition, distance);
    filtered_scan text;
    plan json;
    by_index int[];
    distances float8[];
BEGIN
    FOREACH filtered_scan IN ARRAY ARRAY['off', 'on'] LOOP
        PERFORM set_config('hnsw.enable_filtered_scan', filtered_scan, true);
        EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
        ASSERT plan::text LIKE '%"Index Cond"%"Order By"%', 'no index condition for ' || query;
        ASSERT (plan::text LIKE '%HnswScan%') = filtered_scan::boolean, 'another node for ' || query;
        EXECUTE 'SELECT array_agg(id), array_agg(d) FROM (' || query || ') s' INTO by_index, distances;
        EXECUTE format('SELECT count(*), count(*) FILTER (WHERE id <> ALL (coalesce($1, %L))) FROM %s WHERE %s',
                       '{}', source, condition)
        INTO passing, missing USING by_index;
        wrong := coalesce(cardinality(by_index), 0) - (passing - missing);
        sorted := coalesce(is_sorted(distances), true);
        EXIT WHEN missing + wrong > 0 OR NOT sorted;
    END LOOP;
END $$;
SELECT condition, c.*
FROM unnest(ARRAY['c = 3', 'c > 15', 'c = 99', 'words = ''wwww''', 'words >= repeat(''w'', 36)',
                  'c = 5 AND words = ''wwwww''',
                  'c = 5 AND words <> ''wwwww''']) condition,
     compare_sets(condition, 'same', format('embedding <-> %L', vector_of(3, 4))) c;
-- and keep them when some go and others change
DELETE FROM same WHERE id % 3 = 0;
UPDATE same SET c = c + 1 WHERE id % 4 = 0;
SELECT condition, c.* FROM unnest(ARRAY['c = 3', 'c > 15', 'words = ''wwww''']) condition,
     compare_sets(condition, 'same', format('embedding <-> %L', vector_of(3, 4))) c;
VACUUM same;
SELECT condition, c.* FROM unnest(ARRAY['c = 3', 'c > 15', 'words = ''wwww''']) condition,
     compare_sets(condition, 'same', format('embedding <-> %L', vector_of(3, 4))) c;
DELETE FROM same;
VACUUM same;
INSERT INTO same SELECT i, vector_of(i % 9, 4), i % 30, repeat('w', i % 50) FROM generate_series(1, 100) i;
SELECT condition, c.* FROM unnest(ARRAY['c = 3', 'c > 15', 'words = ''wwww''']) condition,
     compare_sets(condition, 'same', format('embedding <-> %L', vector_of(3, 4))) c;

-- rows without vector, or with one that has no direction, are filtered as others are
CREATE TABLE odd (id int, embedding vector(4), c int);
CREATE VIEW odd_rows AS
    SELECT i, CASE i % 3 WHEN 1 THEN '[0,0,0,0]'::vector WHEN 2 THEN vector_of(i, 4) END, NULLIF(i % 10, 4)
    FROM generate_series(1, 200) i;
INSERT INTO odd SELECT * FROM odd_rows WHERE i <= 100;
CREATE INDEX odd_index ON odd USING hnsw (embedding vector_cosine_ops, c);
INSERT INTO odd SELECT * FROM odd_rows WHERE i > 100;
SELECT condition, c.* FROM unnest(ARRAY['c = 3', 'c > 5', 'c = 10', 'c IS NULL', 'c IS NOT NULL']) condition,
     compare_sets(condition, 'odd', 'embedding <=> ''[1,2,3,4]''') c;
DELETE FROM odd WHERE id % 2 = 0;
VACUUM odd;
SELECT condition, c.* FROM unnest(ARRAY['c = 3', 'c > 5', 'c IS NOT NULL']) condition,
     compare_sets(condition, 'odd', 'embedding <=> ''[1,2,3,4]''') c;

-- expressions and partial indexes
SELECT fill('text COLLATE "C"', $$'Word' || i % 10$$);
DROP INDEX items_index;
CREATE INDEX ON items USING hnsw (embedding vector_l2_ops, lower(c), (id % 10)) WHERE id > 100;
SELECT condition, c.* FROM unnest(ARRAY['id > 100 AND lower(c) = ''word3''',
                                        'id > 100 AND id % 10 = 4 AND lower(c) > ''word'''])
     condition, compare(condition) c;

-- what cannot be
CREATE TABLE wide (embedding vector(2000), e2 vector(3), p point, j json, a jsonb, id int);
CREATE INDEX ON wide USING hnsw (embedding vector_l2_ops, e2 vector_l2_ops);
CREATE INDEX ON wide USING hnsw (embedding vector_l2_ops, embedding vector_l2_ops);
CREATE INDEX ON wide USING hnsw (embedding vector_l2_ops, p);
CREATE INDEX ON wide USING hnsw (embedding vector_l2_ops, j);
CREATE INDEX ON wide USING hnsw (id, embedding vector_l2_ops);
CREATE INDEX ON wide USING hnsw (id int4_ops);
CREATE INDEX ON wide USING hnsw (embedding vector_l2_ops, id ASC);
CREATE UNIQUE INDEX ON wide USING hnsw (embedding vector_l2_ops, id);
-- From 17 on the message says the schema.
DO $$ BEGIN
    ALTER TABLE wide ADD EXCLUDE USING hnsw (embedding vector_l2_ops WITH <->, id WITH =);
EXCEPTION WHEN wrong_object_type THEN RAISE INFO '%', replace(SQLERRM, 'public.', '');
END $$;
ALTER TABLE wide ADD EXCLUDE USING hnsw (id WITH =);

DROP TABLE goods, same, odd, items, wide;
DROP VIEW odd_rows;
DROP COLLATION ignoring_case, english;
DROP FUNCTION compare_sets, fill, compare;
