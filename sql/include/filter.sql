-- What the tests of filter columns share (sql/include/filter.sql).
\set ECHO none
\i sql/include/nearest.sql
\set ECHO none
-- All rows of the small tables here: what is compared is not approximate.
SET hnsw.ef_search = 1000;

-- The rows that pass, in order of distance: by core's index scan, by the node for filtered searches, by sorting. Says
-- who tests the condition in the first, and the strategy of the second, if there is one.
CREATE FUNCTION compare(condition text, source text DEFAULT 'items',
                        OUT passing bigint, OUT differences bigint, OUT tested text, OUT strategy text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off SET enable_indexscan = on
SET hnsw.filter_strategy = attr SET hnsw.enable_filtered_scan = off AS $$
DECLARE
    query text := format('SELECT id FROM %s WHERE %s ORDER BY embedding <-> ''[100,200,300,400]''', source, condition);
    rows_query text := 'SELECT array_agg(id) FROM (' || query || ') s';
    plan json;
    by_index int[];
    by_node int[];
    by_sort int[];
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    ASSERT plan::text LIKE '%"Order By"%', 'no index for ' || query;
    tested := concat_ws(', ', CASE WHEN plan::text LIKE '%"Index Cond"%' THEN 'index' END,
                        CASE WHEN plan::text LIKE '%"Filter"%' THEN 'heap' END);
    EXECUTE rows_query INTO by_index;

    SET LOCAL hnsw.enable_filtered_scan = on;
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    strategy := substring(plan::text FROM '"HnswScan".*?"Strategy": "(\w+)"');
    EXECUTE rows_query INTO by_node;

    SET LOCAL hnsw.enable_filtered_scan = off;
    SET LOCAL enable_seqscan = on;
    SET LOCAL enable_sort = on;
    SET LOCAL enable_indexscan = off;
    EXECUTE rows_query INTO by_sort;
    passing := coalesce(cardinality(by_sort), 0);
    SELECT count(*) FROM unnest(by_index, by_node, by_sort) u(a, b, c)
    WHERE a IS DISTINCT FROM c OR b IS DISTINCT FROM c INTO differences;
END $$;

-- A table with values of one type, half of them indexed by CREATE INDEX and half inserted afterwards. `value` is an
-- expression in i; one row in eleven has none, and row 150 has no vector.
CREATE FUNCTION fill(column_type text, value text, class text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    insert_query text := format('INSERT INTO items
                                 SELECT i, NULLIF(vector_of(i, 4), vector_of(150, 4)),
                                        CASE WHEN i %% 11 > 0 THEN (%s)::%s END
                                 FROM generate_series($1, $2) i', value, column_type);
BEGIN
    DROP TABLE IF EXISTS items;
    EXECUTE format('CREATE TABLE items (id int, embedding vector(4), c %s)', column_type);
    EXECUTE insert_query USING 1, 150;
    EXECUTE format('CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops, c %s)', class);
    EXECUTE insert_query USING 151, 300;
END $$;

-- Vectors of integers up to 1023, no two of them equally far from the query.
CREATE OR REPLACE FUNCTION vector_of(number int, dims int) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg((hashint4extended(number, i) & 1023)::int ORDER BY i)::vector FROM generate_series(1, dims) i
$$;
DO $$ BEGIN
    ASSERT (SELECT count(DISTINCT vector_of(i, 4) <-> '[100,200,300,400]') FROM generate_series(1, 300) i) = 300;
END $$;
\set ECHO all
