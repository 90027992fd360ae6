-- plans: a distance that only orders the rows is not computed for them
\i sql/include/nearest.sql
CREATE TABLE items (id int PRIMARY KEY, kind int, embedding vector(4));
INSERT INTO items SELECT i, i % 50, vector_of(i, 4) FROM generate_series(1, 2000) i;
CREATE INDEX items_embedding ON items USING hnsw (embedding vector_l2_ops);
CREATE INDEX items_kind ON items (kind);
ANALYZE items;
SET enable_seqscan = off;
SET hnsw.ef_search = 500;

-- What the scan puts out, of the plan's first scan by the index.
CREATE FUNCTION output(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    shown text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS off) ' || query LOOP
        IF shown = '' THEN
            RETURN substring(line FROM 'Output: (.*)');
        ELSIF line ~ 'items_embedding|HnswScan' THEN
            shown := '';
        END IF;
    END LOOP;
    RETURN 'no scan';
END $$;
-- The ids that a query gives, beside those it gives when the index is not used.
CREATE FUNCTION same_rows(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    by_index int[];
    by_sort int[];
BEGIN
    EXECUTE format('SELECT array_agg(id) FROM (%s) s', query) INTO by_index;
    SET LOCAL enable_indexscan = off;
    EXECUTE format('SELECT array_agg(id) FROM (%s) s', query) INTO by_sort;
    SET LOCAL enable_indexscan = on;
    RETURN by_index = by_sort;
END $$;
CREATE TABLE queries (n serial, query text);
-- `@` is the distance.
INSERT INTO queries (query)
SELECT replace(query, '@', 'embedding <-> ''[1,2,3,4]''')
FROM (VALUES
    (1, 'SELECT id FROM items ORDER BY @ LIMIT 5'),
    (2, 'SELECT id FROM items ORDER BY @ LIMIT 5 OFFSET 3'),
    (3, 'SELECT id FROM items WHERE kind = 3 ORDER BY @ LIMIT 5'),
    (4, 'SELECT id FROM (SELECT id FROM items ORDER BY @ LIMIT 5) s WHERE id > 0'),
    (5, 'SELECT i.id FROM (VALUES (7), (8)) v (n),
                LATERAL (SELECT id FROM items ORDER BY embedding <-> vector_of(n, 4) LIMIT 2) i'),
    (6, 'WITH c AS MATERIALIZED (SELECT id FROM items ORDER BY @ LIMIT 5) SELECT id FROM c'),
    (7, 'SELECT unnest(ARRAY(SELECT id FROM items ORDER BY @ LIMIT 5)) AS id'),
    (8, '(SELECT id FROM items ORDER BY @ LIMIT 2)
         UNION ALL (SELECT id FROM items ORDER BY embedding <-> ''[4,3,2,1]'' LIMIT 2)'),
    -- somebody reads the distance
    (9, 'SELECT i.id FROM (VALUES (7), (8)) v (n),
                LATERAL (SELECT id, embedding <-> vector_of(n, 4) AS d FROM items ORDER BY d LIMIT 2) i
         WHERE i.d < 100'),
    (10, 'SELECT id, @ AS d FROM items ORDER BY @ LIMIT 5'),
    (11, 'SELECT id FROM items ORDER BY @ FETCH FIRST 5 ROWS WITH TIES'),
    (12, 'SELECT id FROM items ORDER BY @, id LIMIT 5'),
    (13, 'SELECT id FROM (SELECT id, row_number() OVER (ORDER BY @) AS n FROM items LIMIT 5) s ORDER BY n')
) q (n, query)
ORDER BY n;
SELECT n, output(query), same_rows(query) FROM queries ORDER BY n;
SELECT output('INSERT INTO items SELECT id + 10000, kind, embedding FROM items
               ORDER BY embedding <-> ''[1,2,3,4]'' LIMIT 5');
SELECT output('SELECT id FROM items ORDER BY embedding <-> ''[1,2,3,4]'' LIMIT 5 FOR UPDATE');
DROP TABLE items, queries;
DROP FUNCTION output, same_rows;
