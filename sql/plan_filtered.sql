-- filtered searches: the plans of many kinds of queries
--
-- show(query) prints a plan, a node a line. Q in a query is a vector, the same in all of them.
CREATE FUNCTION detail(plan json, key text) RETURNS text LANGUAGE sql AS $$
    -- Parameters have other names from PostgreSQL 18 on.
    SELECT ', ' || lower(key) || ' ' ||
        regexp_replace(replace(plan ->> key, '''[1,1,1,1,1,1,1,1]''::vector', 'Q'),
                       '\$\d+|\(InitPlan \d+\)\.col\d+', '$', 'g')
$$;
CREATE FUNCTION nodes(plan json, depth int) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    child json;
    keys text[] := ARRAY['Strategy', 'Index Cond', 'Distance Bound', 'Filter', 'One-Time Filter', 'Presorted Key'];
BEGIN
    RETURN NEXT repeat('  ', depth) || coalesce(plan ->> 'Custom Plan Provider', plan ->> 'Node Type')
        || coalesce(' ' || (plan ->> 'Relation Name'), '')
        || coalesce(' by ' || coalesce(plan ->> 'Index Name', plan ->> 'Index'), '')
        || coalesce((SELECT string_agg(detail(plan, key), '') FROM unnest(keys) key
                     WHERE key <> 'Strategy' OR plan ->> 'Node Type' = 'Custom Scan'), '');
    FOR child IN SELECT json_array_elements(plan -> 'Plans') LOOP
        RETURN QUERY SELECT nodes(child, depth + 1);
    END LOOP;
END $$;
CREATE FUNCTION show(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON, COSTS OFF) ' || replace(query, 'Q', '''[1,1,1,1,1,1,1,1]''') INTO plan;
    RETURN QUERY SELECT nodes(plan -> 0 -> 'Plan', 0);
END $$;
CREATE FUNCTION attr(condition text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT show(replace('SELECT id FROM items WHERE ' || condition || ' ORDER BY embedding <-> V LIMIT 10',
                        'V', '(SELECT embedding FROM items WHERE id = 1)'))
$$;
\pset format unaligned
\pset tuples_only on
SET max_parallel_workers_per_gather = 0;

CREATE TABLE items (id int PRIMARY KEY, category int, tenant int, price int, kind int, tags int[], active bool,
                    embedding vector(8));
INSERT INTO items SELECT i, i % 10, i * 7919 % 5000, i * 104729 % 10000, i % 4, ARRAY[i % 50, i % 30], i % 3 = 0,
                         ARRAY[i % 2, i % 3, i % 5, i % 7, i % 11, i % 13, i % 17, i % 19]::vector
FROM generate_series(1, 20000) i;
CREATE INDEX items_category ON items (category);
CREATE INDEX items_tenant ON items (tenant);
CREATE INDEX items_price ON items (price);
CREATE INDEX items_tags ON items USING gin (tags);
CREATE INDEX items_hnsw ON items USING hnsw (embedding vector_l2_ops) WITH (m = 8, ef_construction = 16);
VACUUM ANALYZE items;

-- 1 to 8: one row, few rows, some rows, many rows, all rows
SELECT show('SELECT id FROM items WHERE id = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE tenant = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE price < 100 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE price < 500 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE category < 9 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE kind = 1 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items ORDER BY embedding <-> Q LIMIT 10');

-- 9 to 16: conditions that become bitmaps, alone and together
SELECT show('SELECT id FROM items WHERE category IN (1, 2) ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE tenant = ANY (ARRAY[1, 2, 3]) ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE tags @> ''{3}'' ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE tags && ''{3, 4, 5}'' AND kind = 1 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE price < 2000 AND tenant < 1000 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE tenant = 5 OR price = 7 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE (tenant < 100 OR tags @> ''{3}'') AND price < 5000
    ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE tenant = 5 OR kind = 7 ORDER BY embedding <-> Q LIMIT 10');

-- 17 to 23: how many rows are wanted, and in which order
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 2000');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q OFFSET 5 LIMIT 10');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q, id LIMIT 10');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY Q <-> embedding LIMIT 10');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q DESC LIMIT 10');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <=> Q LIMIT 10');

-- 24 to 34: around it
SELECT show('SELECT id FROM items WHERE category = 3 AND random() < 2 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE category = 3 AND current_setting(''port'')::int > 0
    ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id, category, ctid FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10 FOR UPDATE');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10 FOR UPDATE SKIP LOCKED');
SELECT show('DECLARE c CURSOR FOR SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q');
SELECT show('SELECT avg(price) FROM (SELECT price FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10) s');
SELECT show('WITH near AS MATERIALIZED (SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10)
    SELECT count(*) FROM near');
SELECT show('SELECT id, rank() OVER (ORDER BY embedding <-> Q) FROM items WHERE category = 3
    ORDER BY embedding <-> Q LIMIT 10');
SELECT show('(SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 5)
    UNION ALL (SELECT id FROM items WHERE category = 4 ORDER BY embedding <-> Q LIMIT 5)');
SELECT show('UPDATE items SET price = 0 WHERE id IN
    (SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10)');
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> (SELECT Q::vector) LIMIT (SELECT 5)');

-- 35 to 40: where an order must be exact, or cannot be known
SELECT show('SELECT min(embedding <-> Q) FROM items WHERE category = 3');
SELECT show('SELECT embedding <-> Q AS d, count(*) FROM items WHERE category = 3 GROUP BY d ORDER BY d LIMIT 5');
SELECT show('SELECT DISTINCT embedding <-> Q AS d FROM items WHERE category = 3 ORDER BY d');
SELECT show('SELECT DISTINCT embedding <-> Q AS d FROM items WHERE category = 3 ORDER BY d LIMIT 5');
SELECT show('SELECT id FROM items TABLESAMPLE SYSTEM (10) WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM (SELECT * FROM items WHERE category = 3 UNION ALL SELECT * FROM items WHERE category = 4) s
    ORDER BY embedding <-> Q LIMIT 10');

-- 41 to 48: joins
CREATE TABLE tenants (tenant int PRIMARY KEY, name text, sample vector(8));
INSERT INTO tenants SELECT i, 'tenant ' || i, make FROM generate_series(1, 5000) i,
    LATERAL (SELECT ARRAY[i % 2, 1, 1, 1, 1, 1, 1, i % 9]::vector) s (make);
VACUUM ANALYZE tenants;
SELECT show('SELECT id, name FROM items JOIN tenants USING (tenant) WHERE category = 3
    ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id, name FROM items LEFT JOIN tenants USING (tenant) WHERE category = 3
    ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE category = 3 AND EXISTS (SELECT FROM tenants t WHERE t.tenant = items.tenant)
    ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items JOIN tenants USING (tenant) WHERE name = ''tenant 7''
    ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT * FROM (SELECT sample FROM tenants LIMIT 5) t, LATERAL
    (SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> t.sample LIMIT 3) s');
SELECT show('SELECT * FROM (SELECT tenant, sample FROM tenants LIMIT 5) t, LATERAL
    (SELECT id FROM items WHERE category = t.tenant ORDER BY embedding <-> t.sample LIMIT 3) s');
SELECT show('SELECT * FROM (SELECT tenant, sample FROM tenants LIMIT 5) t, LATERAL
    (SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> t.sample LIMIT t.tenant) s');
SELECT show('SELECT tenant, (SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> sample LIMIT 1)
    FROM tenants WHERE tenant < 5');

-- 49 to 53: prepared statements
PREPARE near(vector, int, int) AS
    SELECT id FROM items WHERE category = $2 ORDER BY embedding <-> $1 LIMIT $3;
PREPARE near_ten(vector, int) AS
    SELECT id FROM items WHERE category = $2 ORDER BY embedding <-> $1 LIMIT 10;
SELECT show('EXECUTE near(Q, 3, 10)');
SELECT show('EXECUTE near_ten(Q, 3)');
SET plan_cache_mode = force_generic_plan;
SELECT show('EXECUTE near(Q, 3, 10)');
SELECT show('EXECUTE near_ten(Q, 3)');
RESET plan_cache_mode;
DROP INDEX items_category;
SELECT show('EXECUTE near_ten(Q, 3)');
CREATE INDEX items_category ON items (category);
DEALLOCATE ALL;

-- 54 to 67: distance bounds
SELECT show('SELECT id FROM items WHERE embedding <-> Q < 3 ORDER BY embedding <-> Q');
SELECT show('SELECT id FROM items WHERE embedding <-> Q <= 3.5 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE 3::real > Q <-> embedding ORDER BY embedding <-> Q');
SELECT show('SELECT id FROM items WHERE embedding <-> Q BETWEEN 1 AND 3 ORDER BY embedding <-> Q');
SELECT show('SELECT id FROM items WHERE embedding <-> Q < (SELECT 3) ORDER BY embedding <-> Q');
SELECT show('SELECT id FROM items WHERE embedding <-> Q < 3 AND category = 3 ORDER BY embedding <-> Q');
SELECT show('SELECT id FROM items WHERE embedding <-> Q < 3 AND category = 3 ORDER BY embedding <-> Q LIMIT 10');
-- none: another direction, vector, operator, a variable bound, no order
SELECT show('SELECT id FROM items WHERE embedding <-> Q > 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE embedding <-> ''[2,1,1,1,1,1,1,1]'' < 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE embedding <#> Q < 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE embedding <-> Q < price ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE embedding <-> Q < random() ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE embedding <-> Q < 3 OR category = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE embedding <-> Q < 3');

-- 68 to 87: settings
SET hnsw.filter_strategy = stream;
SELECT show('SELECT id FROM items WHERE tenant = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE kind = 3 ORDER BY embedding <-> Q');
SELECT show('SELECT id FROM items ORDER BY embedding <-> Q LIMIT 10');
SET hnsw.filter_strategy = allow;
SELECT show('SELECT id FROM items WHERE tenant = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE kind = 3 ORDER BY embedding <-> Q LIMIT 10');
SET hnsw.filter_strategy = exact;
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE kind = 3 ORDER BY embedding <-> Q LIMIT 10');
SET hnsw.filter_strategy = attr;
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
RESET hnsw.filter_strategy;
SET hnsw.enable_filtered_scan = off;
SELECT show('SELECT id FROM items WHERE category < 9 ORDER BY embedding <-> Q LIMIT 10');
RESET hnsw.enable_filtered_scan;
SET hnsw.iterative_scan = off;
SELECT show('SELECT id FROM items WHERE category < 9 ORDER BY embedding <-> Q LIMIT 10');
RESET hnsw.iterative_scan;
SET enable_indexscan = off;
SELECT show('SELECT id FROM items WHERE category < 9 ORDER BY embedding <-> Q LIMIT 10');
RESET enable_indexscan;
SET enable_bitmapscan = off;
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
RESET enable_bitmapscan;
SET enable_sort = off;
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q');
RESET enable_sort;
SET hnsw.post_filter_threshold = 0.001;
SELECT show('SELECT id FROM items WHERE price < 100 ORDER BY embedding <-> Q LIMIT 10');
RESET hnsw.post_filter_threshold;
SET hnsw.approximate_threshold = 0.2;
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE kind = 3 AND active ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE kind = 3 ORDER BY embedding <-> Q LIMIT 10');
RESET hnsw.approximate_threshold;
SET hnsw.flat_search_cutoff = 2001;
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
SET hnsw.flat_search_cutoff = 500;
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
RESET hnsw.flat_search_cutoff;
SET hnsw.ef_search = -1;
SELECT show('SELECT id FROM items WHERE category = 3 ORDER BY embedding <-> Q LIMIT 10');
RESET hnsw.ef_search;

-- 88 to 91: row level security and security barriers
CREATE ROLE plan_filtered_reader;
GRANT SELECT ON items TO plan_filtered_reader;
ALTER TABLE items ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON items USING (category = 3);
CREATE VIEW guarded WITH (security_barrier) AS SELECT * FROM items WHERE category = 3;
SET ROLE plan_filtered_reader;
SELECT show('SELECT id FROM items ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE tags @> ''{3}'' ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE embedding <-> Q < 3 ORDER BY embedding <-> Q LIMIT 10');
RESET ROLE;
SELECT show('SELECT id FROM guarded ORDER BY embedding <-> Q LIMIT 10');
DROP VIEW guarded;
DROP POLICY own ON items;
ALTER TABLE items DISABLE ROW LEVEL SECURITY;
REVOKE ALL ON items FROM plan_filtered_reader;
DROP ROLE plan_filtered_reader;

-- 92 to 97: indexes of other shapes
CREATE INDEX items_price_brin ON items USING brin (price, id);
DROP INDEX items_price;
SELECT show('SELECT id FROM items WHERE id BETWEEN 100 AND 4000 ORDER BY embedding <-> Q LIMIT 10');
DROP INDEX items_price_brin;
CREATE INDEX items_part ON items USING hnsw (embedding vector_l2_ops) WITH (m = 8, ef_construction = 16) WHERE kind = 1;
SELECT show('SELECT id FROM items WHERE kind = 1 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE kind = 1 AND category = 3 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM items WHERE kind = 2 AND category < 9 ORDER BY embedding <-> Q LIMIT 10');
DROP INDEX items_part, items_hnsw;
CREATE INDEX items_half ON items USING hnsw ((subvector(embedding, 1, 4)::vector(4)) vector_l2_ops);
SELECT show('SELECT id FROM items WHERE category < 9 ORDER BY subvector(embedding, 1, 4)::vector(4) <-> ''[1,1,1,1]''
    LIMIT 10');
SELECT show('SELECT id FROM items WHERE category < 9 ORDER BY embedding <-> Q LIMIT 10');
DROP TABLE items, tenants;

-- 98 to 114: conditions on columns of the index
CREATE TABLE items (id int PRIMARY KEY, category int, tenant int, price int, tags int[], active bool, sold bool,
                    embedding vector(64));
INSERT INTO items SELECT i, i % 10, i * 7919 % 5000, i * 104729 % 10000, ARRAY[i % 50, i % 30], i % 3 = 0, i % 5 = 0,
                         (SELECT array_agg(i % (j + 1)) FROM generate_series(1, 64) j)::vector
FROM generate_series(1, 10000) i;
CREATE INDEX items_attr ON items USING hnsw (embedding vector_l2_ops, category, active, tags, price)
    WITH (m = 8, ef_construction = 16);
CREATE INDEX items_tenant ON items (tenant);
VACUUM ANALYZE items;
SELECT attr('category = 3');
SELECT attr('3 = category AND price < 5000');
SELECT attr('category IN (1, 2)');
SELECT attr('category = ANY (ARRAY[1, NULL, 3]) AND active');
SELECT attr('NOT active');
SELECT attr('active IS TRUE AND category > 3');
SELECT attr('active IS NOT FALSE');
SELECT attr('active = (category = 3)');
SELECT attr('category IS NOT NULL');
SELECT attr('tags && ''{3, 4}''');
SELECT attr('category = 3::bigint AND price BETWEEN 100 AND 9000::smallint');
SELECT attr('category = ALL (ARRAY[1, 2])');
SELECT attr('sold AND category = 3');
SELECT attr('category = 3 AND tenant < 1000');
SELECT attr('category = 3 AND tenant = 1000');
SET hnsw.filter_strategy = attr;
SELECT attr('category = 3 AND tenant = 1000');
SET hnsw.filter_strategy = stream;
SELECT attr('category = 3 AND tenant = 1000');
RESET hnsw.filter_strategy;
DROP TABLE items;

-- 115 to 118: partitions, each with its own plan
CREATE TABLE parted (id int, part int, category int, embedding vector(8)) PARTITION BY LIST (part);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
CREATE TABLE parted_3 PARTITION OF parted FOR VALUES IN (3);
INSERT INTO parted SELECT i, CASE WHEN i % 100 = 0 THEN 1 ELSE 2 + i % 2 END, i % 20,
                          ARRAY[i % 2, i % 3, i % 5, i % 7, i % 11, i % 13, i % 17, i % 19]::vector
FROM generate_series(1, 20000) i;
CREATE INDEX parted_category ON parted (category);
CREATE INDEX parted_hnsw ON parted USING hnsw (embedding vector_l2_ops) WITH (m = 8, ef_construction = 16);
VACUUM ANALYZE parted;
SELECT show('SELECT id FROM parted WHERE category < 15 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM parted WHERE part IN (2, 3) AND category = 15 ORDER BY embedding <-> Q LIMIT 10');
SELECT show('SELECT id FROM parted WHERE part = 2 AND category = 15 ORDER BY embedding <-> Q LIMIT 10');
SET enable_sort = off;
SELECT show('SELECT id FROM parted WHERE category = 15 ORDER BY embedding <-> Q LIMIT 10');
RESET enable_sort;
DROP TABLE parted;

DROP FUNCTION attr, show, nodes, detail;
