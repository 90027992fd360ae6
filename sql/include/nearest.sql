-- What the tests of index scans share (sql/include/nearest.sql).
\set ECHO none
SET max_parallel_workers_per_gather = 0;
-- The cost of what is switched off would start it.
SET jit = off;
\pset format unaligned
\pset tuples_only on
\pset null NULL

-- Vectors of small integers, the same everywhere.
CREATE OR REPLACE FUNCTION vector_of(number int, dims int) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg((hashint4extended(number, i) & 63)::int - 32 ORDER BY i)::vector FROM generate_series(1, dims) i
$$;

-- The k smallest distances, by an index and by sorting; an error when the plan is another one.
CREATE OR REPLACE FUNCTION nearest(k int, distance text, source text, OUT by_index float8[], OUT by_sort float8[]) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_sort = off SET enable_indexscan = on AS $$
DECLARE
    query text := format('SELECT %1$s AS d FROM %2$s ORDER BY %1$s LIMIT %3$s', distance, source, k);
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    ASSERT plan::text LIKE '%"Index Scan"%"Order By"%', 'no index scan for ' || query;
    EXECUTE 'SELECT array_agg(d) FROM (' || query || ') s' INTO by_index;

    SET LOCAL enable_seqscan = on;
    SET LOCAL enable_sort = on;
    SET LOCAL enable_indexscan = off;
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    ASSERT plan::text NOT LIKE '%"Index Scan"%', 'no sort for ' || query;
    EXECUTE 'SELECT array_agg(d) FROM (' || query || ') s' INTO by_sort;
END $$;

-- The share of distances by index that are as small as the sorted ones.
CREATE OR REPLACE FUNCTION recall(by_index float8[], by_sort float8[]) RETURNS numeric LANGUAGE sql AS $$
    SELECT count(*)::numeric / cardinality(by_sort) FROM unnest(by_index) d WHERE d <= by_sort[cardinality(by_sort)]
$$;

CREATE OR REPLACE FUNCTION is_sorted(a float8[]) RETURNS boolean LANGUAGE sql AS $$
    SELECT a = array_agg(d ORDER BY d) FROM unnest(a) d
$$;

-- The mean recall of the nearest ten over 20 queries.
CREATE OR REPLACE FUNCTION mean_recall(source text, dims int) RETURNS numeric LANGUAGE sql AS $$
    SELECT avg(recall(by_index, by_sort))
    FROM generate_series(1, 20) i, nearest(10, format('embedding <-> %L', vector_of(-i, dims)), source)
$$;

-- All rows through the index, nearest to one of them first: how many, how many different ones, how many the table has, and
-- whether the first one is as near as a row can be.
CREATE OR REPLACE FUNCTION read_all(source text, operator text DEFAULT '<->', expression text DEFAULT 'embedding',
                                    OUT rows bigint, OUT different bigint, OUT expected bigint, OUT nearest_first boolean)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
    query text := format('SELECT ctid, %1$s %2$s (SELECT %1$s FROM %3$s ORDER BY embedding IS NULL LIMIT 1) AS d
                          FROM %3$s ORDER BY d', expression, operator, source);
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    ASSERT plan::text LIKE '%"Index Scan"%"Order By"%', 'no index scan for ' || query;
    -- count(DISTINCT ctid) would have the planner sort the rows by ctid first, for all three.
    EXECUTE 'SELECT count(*), (SELECT count(DISTINCT row) FROM unnest(array_agg(ctid)) row),
                    (array_agg(d))[1] IS NOT DISTINCT FROM min(d) FROM (' || query || ') s'
    INTO rows, different, nearest_first;
    EXECUTE 'SELECT count(*) FROM ' || source INTO expected;
END $$;
\set ECHO all
