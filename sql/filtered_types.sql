-- filtered searches in indexes of every operator class, with links of each kind and codes inline and apart
\i sql/include/classes.sql

-- Half of the rows by CREATE INDEX, half inserted; b is not in the index.
CREATE FUNCTION make_filtered() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c cases;
    rows_query text;
BEGIN
    FOR c IN SELECT * FROM cases LOOP
        rows_query := format('SELECT id, id %% 7, id %% 11, value::%1$s(%2$s) FROM samples
                              WHERE type = %1$L AND dims = %2$s AND id BETWEEN $1 AND $2', c.type, c.dims);
        EXECUTE format('CREATE TABLE %I (id int, a int, b int, embedding %s(%s))', c.name, c.type, c.dims);
        EXECUTE format('INSERT INTO %I %s', c.name, rows_query) USING 1, c.rows / 2;
        EXECUTE format('CREATE INDEX ON %I (a)', c.name);
        EXECUTE format('CREATE INDEX ON %I USING hnsw (embedding %s, a)
                        WITH (m = 6, ef_construction = 32, link_bits = %s)', c.name, c.class, c.link_bits);
        EXECUTE format('INSERT INTO %I %s', c.name, rows_query) USING c.rows / 2 + 1, c.rows;
    END LOOP;
END $$;

-- A query through the node, with a strategy, and by sorting: the strategy in the end, and null when all is well.
-- A search as wide as the table finds the very rows; a narrow one may miss some, but never their number.
CREATE FUNCTION wrong_search(c cases, q text, condition text, k text, strategy text, width int,
                             OUT used text, OUT wrong text)
LANGUAGE plpgsql AS $$
DECLARE
    query text := format('SELECT id, embedding %s (SELECT %L::%s) AS d FROM %I WHERE %s ORDER BY d LIMIT %s',
                         c.operator, q, c.type || CASE c.type WHEN 'bit' THEN '(' || c.dims || ')' ELSE '' END, c.name,
                         condition, k);
    plan json;
    by_node float8[];
    by_sort float8[];
    ids int[];
    passing bigint;
BEGIN
    PERFORM set_config('hnsw.filter_strategy', strategy, true), set_config('hnsw.ef_search', width::text, true),
            set_config('enable_indexscan', 'on', true), set_config('hnsw.enable_filtered_scan', 'on', true);
    EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
    used := substring(plan::text FROM '"Strategy Used": "(\w+)"');
    EXECUTE format('SELECT array_agg(d), array_agg(id) FROM (%s) s', query) INTO by_node, ids;
    PERFORM set_config('hnsw.enable_filtered_scan', 'off', true), set_config('enable_indexscan', 'off', true);
    EXECUTE format('SELECT array_agg(d) FROM (%s) s', query) INTO by_sort;
    EXECUTE format('SELECT count(DISTINCT id) FROM %I WHERE id = ANY ($1) AND (%s)', c.name, condition)
    INTO passing USING ids;
    wrong := CASE WHEN used IS NULL AND strategy <> 'auto' THEN 'no node'
                  WHEN cardinality(ids) IS DISTINCT FROM cardinality(by_sort) THEN
                      format('%s rows instead of %s', cardinality(ids), cardinality(by_sort))
                  WHEN passing <> cardinality(ids) THEN 'rows that do not pass or come twice'
                  WHEN width = 1000 AND by_node IS DISTINCT FROM by_sort THEN 'not the nearest' END;
    wrong := format('%s, %s, %s, limit %s: %s', c.name, left(q, 20), condition, k, wrong) WHERE wrong <> '';
END $$;
-- How many searches there were, whether the strategy was used in most of the indexes, and what was wrong with one.
CREATE FUNCTION check_searches(width int)
RETURNS TABLE (strategy text, searches bigint, used boolean, wrong text) LANGUAGE sql AS $$
    SELECT strategy, count(*),
           count(DISTINCT c.name) FILTER (WHERE w.used = strategy) > 30, min(w.wrong)
    FROM unnest(ARRAY['auto', 'stream', 'attr', 'allow', 'exact']) strategy, cases c,
         unnest(ARRAY[value_of(type, -1, dims), zero_of(type, dims), NULL]) q,
         unnest(ARRAY['a = 3', 'a < 2 AND b > 3', 'a BETWEEN 2 AND 5 AND embedding IS NOT NULL',
                      'a = 9']) condition,
         unnest(ARRAY['10', CASE condition WHEN 'a = 3' THEN 'ALL' END]) k,
         wrong_search(c, q, condition, k, strategy, width) w
    WHERE k IS NOT NULL
    GROUP BY strategy ORDER BY strategy
$$;

SELECT make_filtered();
SELECT 'VACUUM ANALYZE ' || string_agg(name, ', ') FROM cases \gexec
SELECT * FROM check_searches(1000);
-- versions of rows, and rows that have gone
SELECT on_each('UPDATE %I SET a = a + 1 WHERE id %% 10 = 3');
SELECT on_each('DELETE FROM %I WHERE id %% 10 = 4');
SELECT * FROM check_searches(5);
SELECT 'VACUUM (INDEX_CLEANUP ON) ' || string_agg(name, ', ') FROM cases \gexec
SELECT * FROM check_searches(1000);

SELECT on_each('DROP TABLE %I');
DROP FUNCTION wrong_scan, wrong_search;
DROP TABLE cases, samples;
DROP FUNCTION value_of, zero_of, make_tables, add_rows, make_indexes, on_each, check_scans, make_filtered,
              check_searches;
