-- What the tests of index scans share (sql/include/nearest.sql).
\set ECHO none
SET max_parallel_workers_per_gather = 0;
-- The cost of what is switched off would start it.
SET jit = off;
\pset format unaligned
\pset tuples_only on
\pset null NULL

-- Vectors of small integers, the same everywhere.
CREATE FUNCTION vector_of(number int, dims int) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg((hashint4extended(number, i) & 63)::int - 32 ORDER BY i)::vector FROM generate_series(1, dims) i
$$;

-- The k smallest distances, by an index and by sorting; an error when the plan is another one.
CREATE FUNCTION nearest(k int, distance text, source text, OUT by_index float8[], OUT by_sort float8[]) LANGUAGE plpgsql
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
CREATE FUNCTION recall(by_index float8[], by_sort float8[]) RETURNS numeric LANGUAGE sql AS $$
    SELECT count(*)::numeric / cardinality(by_sort) FROM unnest(by_index) d WHERE d <= by_sort[cardinality(by_sort)]
$$;

CREATE FUNCTION is_sorted(a float8[]) RETURNS boolean LANGUAGE sql AS $$
    SELECT a = array_agg(d ORDER BY d) FROM unnest(a) d
$$;
\set ECHO all
