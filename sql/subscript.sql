-- subscripts of vector and int8vec

CREATE TABLE items (id int, v vector(4), i int8vec(4));
INSERT INTO items VALUES (1, '[1,2.5,-3,4]', '[1,2,-3,4]*0.5'), (2, NULL, NULL);

-- elements, from 1; NULL where there is none
SELECT n, v[n], i[n] FROM items, unnest(ARRAY[-2147483648, -1, 0, 1, 2, 3, 4, 5, 2147483647, NULL]) n WHERE id = 1;
SELECT v[1], i[1], v[1:2], i[1:2] FROM items WHERE id = 2;
SELECT pg_typeof(v[1]), pg_typeof(i[1]), pg_typeof(v[1:2]), pg_typeof(i[1:2]) FROM items WHERE id = 1;
SELECT ('[1,2]'::vector)[2], ('[-128]*2'::int8vec)[1], v[1 + 1] * 2, v['2'], v[2::bigint], v[1.6], (v || v)[8]
FROM items WHERE id = 1;

-- parts; NULL when there is nothing
SELECT a, b, v[a:b], i[a:b]
FROM items, (VALUES (1, 4), (2, 3), (3, 3), (-5, 2), (3, 9), (-2147483648, 2147483647), (3, 2), (5, 9), (-3, 0),
                    (NULL, 2), (2, NULL)) AS t (a, b)
WHERE id = 1;
SELECT v[2:], v[:2], v[:], i[2:], i[:2], i[:] FROM items WHERE id = 1;
SELECT vector_dims(v[2:3]), v[2:3] <-> '[2.5,-3]', (v[2:3])[2] FROM items WHERE id = 1;

-- the dimensions of a part are its own
CREATE TABLE copied AS SELECT v[1:2] AS v, i[1:2] AS i, v[1] AS e FROM items;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = 'copied'::regclass AND attnum > 0 ORDER BY attnum;
DROP TABLE copied;

-- in views, conditions, indexes, functions
CREATE VIEW shown AS SELECT id, v[2] AS element, v[2:3] AS part, v[:2] AS head FROM items WHERE v[1] = 1;
SELECT * FROM shown;
SELECT pg_get_viewdef('shown') LIKE '%v[2] AS element%v[2:3] AS part%v[:2] AS head%v[1] = %' AS same;
DROP VIEW shown;
CREATE INDEX items_first ON items ((v[1]));
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE v[1] = 1::real;
SELECT id FROM items WHERE v[1] = 1::real;
RESET enable_seqscan;
DROP INDEX items_first;
DO $$
DECLARE
    v vector := '[1,2,3]';
    total real := 0;
BEGIN
    FOR n IN 1 .. vector_dims(v) LOOP
        total := total + v[n];
        v[n] := total;
    END LOOP;
    RAISE NOTICE 'sums %', v;
END $$;

-- vectors out of the row, and arrays of vectors
CREATE TABLE large (v vector, i int8vec);
INSERT INTO large SELECT v, v::real[]::int[]::int8vec
FROM (SELECT array_agg(n % 100 ORDER BY n)::vector AS v FROM generate_series(1, 10000) n) s;
SELECT v[9999], i[9999], v[9998:], i[9998:], v[10001] FROM large;
DROP TABLE large;
SELECT (a[2])[1] FROM (SELECT '{"[1,2]","[3,4]"}'::vector[] AS a) s;

-- assignment to an element of a vector
UPDATE items SET v[3] = 7 WHERE id = 1;
UPDATE items SET v[1] = v[2], v[2] = -1 WHERE id = 1;
SELECT v FROM items WHERE id = 1;
UPDATE items SET v[4] = 0.1::numeric, i = i WHERE id = 1;
SELECT v FROM items WHERE id = 1;

-- what is wrong, with SQLSTATE
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
\pset format unaligned
\pset tuples_only on
SELECT q, error_of(q)
FROM unnest(ARRAY['UPDATE items SET v[0] = 1 WHERE id = 1', 'UPDATE items SET v[5] = 1 WHERE id = 1',
                  'UPDATE items SET v[NULL] = 1 WHERE id = 1', 'UPDATE items SET v[1] = NULL WHERE id = 1',
                  'UPDATE items SET v[1] = 1 WHERE id = 2', 'INSERT INTO items (v[1]) VALUES (1)',
                  $$UPDATE items SET v[1] = 'NaN' WHERE id = 1$$, $$UPDATE items SET v[1] = 'Infinity' WHERE id = 1$$,
                  $$UPDATE items SET v[1] = 'x'::text WHERE id = 1$$, $$UPDATE items SET v[1:2] = '[1,2]'$$,
                  'UPDATE items SET i[1] = 1', $$UPDATE items SET i[1:2] = '[1,2]'$$, 'SELECT v[1][2] FROM items',
                  'SELECT v[1:2][1:2] FROM items', 'SELECT i[1][2] FROM items', 'UPDATE items SET v[1][2] = 3',
                  'SELECT v[true] FROM items', $$SELECT v['x'] FROM items$$, $$SELECT i['1'::text:] FROM items$$,
                  $$SELECT ('[2]*3e38'::int8vec)[1]$$]) q;
\pset format aligned
\pset tuples_only off
SELECT id, v[now()] FROM items;
DROP FUNCTION error_of(text);
DROP TABLE items;
