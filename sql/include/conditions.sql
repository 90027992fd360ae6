-- What the tests of conditions on attributes share. Needs sql/include/nearest.sql, and a table with a column id and a
-- vector `embedding` of 4 dimensions.

-- The rows that meet a condition, nearest first, tested by an index and by the executor: how many, and whether they are
-- the same. An error when a plan is another one.
CREATE OR REPLACE FUNCTION matching(source text, condition text,
                                    OUT rows bigint, OUT same boolean, OUT first_five bigint)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off SET enable_bitmapscan = off AS $$
DECLARE
    query text := format('SELECT id FROM %s WHERE %s ORDER BY embedding <-> ''[1,2,3,4]''', source, condition);
    plan json;
    by_index int[];
    by_sort int[];
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    -- Before 17 core orders by a distance only without them.
    ASSERT condition ~ ' (IN|ANY) ' OR plan::text LIKE '%"Index Cond"%', 'not tested by an index: ' || query;
    EXECUTE 'SELECT array_agg(id ORDER BY id) FROM (' || query || ') s' INTO by_index;
    EXECUTE 'SELECT count(*) FROM (' || query || ' LIMIT 5) s' INTO first_five;

    SET LOCAL enable_seqscan = on;
    SET LOCAL enable_sort = on;
    SET LOCAL enable_indexscan = off;
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    ASSERT plan::text NOT LIKE '%Index%', 'tested by an index: ' || query;
    EXECUTE 'SELECT array_agg(id ORDER BY id) FROM (' || query || ') s' INTO by_sort;
    rows := coalesce(cardinality(by_sort), 0);
    same := by_index IS NOT DISTINCT FROM by_sort;
END $$;
