-- hnsw: settings, storage parameters, and what the access method does not offer

-- set before the module is loaded, checked when it is
SET hnsw.ef_search = 0;
SET hnsw.iterative_scan = relaxed_order;
SET hnsw.no_such_setting = 1;
LOAD 'vectorhnsw';
SHOW hnsw.ef_search;
SHOW hnsw.iterative_scan;
RESET ALL;

SELECT name, setting, min_val, max_val, enumvals, context FROM pg_settings WHERE name LIKE 'hnsw.%' ORDER BY name;

CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, message, '/ ' || NULLIF(detail, ''), '/ ' || NULLIF(hint, ''));
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '

SELECT s, error_of('SET hnsw.' || s)
FROM unnest(ARRAY['ef_search = -2', 'ef_search = -1', 'ef_search = 0', 'ef_search = 1',
                  'ef_search = 10000', 'ef_search = 10001', 'ef_search = many',
                  'iterative_scan = on', 'iterative_scan = off', 'iterative_scan = strict_order',
                  'max_scan_tuples = -1', 'max_scan_tuples = 2147483647', 'max_scan_tuples = 2147483648',
                  'scan_mem_multiplier = 0.9', 'scan_mem_multiplier = 1.5', 'scan_mem_multiplier = 1001',
                  'enable_filtered_scan = maybe', 'filter_strategy = none', 'filter_strategy = allow',
                  'post_filter_threshold = -1.1', 'post_filter_threshold = 1.1', 'approximate_threshold = 0.05',
                  'approximate_threshold = 2', 'flat_search_cutoff = -2', 'flat_search_cutoff = 40000',
                  'no_such_setting = 1']) s;
RESET ALL;
SET hnsw.ef_search = 100;
EXPLAIN (SETTINGS, COSTS OFF) SELECT 1;
RESET ALL;

-- storage parameters
CREATE TABLE items (id int, embedding vector(3));
SELECT w, error_of('CREATE INDEX ON items USING hnsw (embedding vector_l2_ops) WITH (' || w || ')')
FROM unnest(ARRAY['m = 1', 'm = 101', 'm = many', 'm = 2', 'm = 100, ef_construction = 200', 'ef_construction = 3',
                  'ef_construction = 1001', 'ef_construction = 1000', 'ef_construction = 31', 'ef_construction = 32',
                  'm = 2, ef_construction = 4', 'm = 33', 'link_bits = 3', 'link_bits = auto', 'link_bits = 1',
                  'link_bits = 2', 'link_bits = ''4''', 'fillfactor = 50']) w;

CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops) WITH (m = 8, link_bits = 2);
SELECT reloptions FROM pg_class WHERE relname = 'items_index';
SELECT a, error_of('ALTER INDEX items_index ' || a)
FROM unnest(ARRAY['SET (ef_construction = 32)', 'SET (m = 0)', 'SET (link_bits = 3)', 'RESET (m)']) a;
SELECT reloptions FROM pg_class WHERE relname = 'items_index';

-- ef_construction can be changed while others insert
BEGIN;
ALTER INDEX items_index SET (ef_construction = 128);
SELECT mode FROM pg_locks WHERE relation = 'items_index'::regclass AND mode LIKE '%Exclusive%';
COMMIT;
BEGIN;
ALTER INDEX items_index SET (m = 20);
SELECT mode FROM pg_locks WHERE relation = 'items_index'::regclass AND mode LIKE '%Exclusive%';
COMMIT;

-- a combination that is wrong is noticed when it would take effect
ALTER INDEX items_index SET (m = 100);
SELECT error_of('REINDEX INDEX items_index');

-- not offered
SELECT q, error_of(q)
FROM unnest(ARRAY['CREATE INDEX ON items USING hnsw (embedding)',
                  'CREATE INDEX ON items USING hnsw (id vector_l2_ops)',
                  'CREATE INDEX ON items USING hnsw (embedding vector_l2_ops, embedding vector_ip_ops)',
                  'CREATE INDEX ON items USING hnsw (id)',
                  'CREATE UNIQUE INDEX ON items USING hnsw (embedding vector_l2_ops)',
                  'CREATE INDEX ON items USING hnsw (embedding vector_l2_ops DESC)',
                  'CREATE INDEX ON items USING hnsw (embedding vector_l2_ops NULLS FIRST)',
                  'CLUSTER items USING items_index']) q;
SELECT p, pg_index_has_property('items_index', p)
FROM unnest(ARRAY['clusterable', 'index_scan', 'bitmap_scan', 'backward_scan']) p;
SELECT p, pg_index_column_has_property('items_index', 1, p)
FROM unnest(ARRAY['orderable', 'distance_orderable', 'returnable', 'search_array', 'search_nulls']) p;
SELECT p, pg_indexam_has_property(oid, p)
FROM pg_am, unnest(ARRAY['can_order', 'can_unique', 'can_multi_col', 'can_exclude', 'can_include']) p
WHERE amname = 'hnsw';

DROP TABLE items;
DROP FUNCTION error_of;
