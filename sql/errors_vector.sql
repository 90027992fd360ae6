-- vector: every message and its SQLSTATE

CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', SQLSTATE, message, '/ ' || NULLIF(detail, ''));
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '

-- text that is no vector
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::vector', t))
FROM unnest(ARRAY['', ' ', '1', '1,2', '{1,2}', 'NaN', ']', '[', ' [ ', '[1', '[1,', '[1 2]', '[1,]', '[,1]',
                  '[,]', '[1,,2]', '[1;2]', '[a]', '[1a]', '[1,b]', '[1.2.3]', '[1e]', '[1e+]', '[0x]', '[-]',
                  '[+-1]', '[- 1]', '[.]', '[[1]]', '[1,[2]]', '["1"]', '[null]', '[1]2', '[1] [2]', '[1]]',
                  '[1],', '[1_000]', '[]', '[ ]', '[]x']) t;

-- elements
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::vector', t))
FROM unnest(ARRAY['[NaN]', '[1,nan]', '[-nan]', '[Infinity]', '[-Infinity]', '[inf,nan]', '[nan,x]', '[1e39]',
                  '[-1e39]', '[1, 3.4028236e38 ]', '[1e400]', '[1e39,x]', '[0x1p128]']) t;
SELECT left(error_of(format($$SELECT '[%s.5]'::vector$$, repeat('9', 100))), 40);

-- dimensions
SELECT error_of(format($$SELECT '[%s1]'::vector$$, repeat('1,', 16000)));
SELECT error_of(format($$SELECT '[%sx]'::vector$$, repeat('1,', 16000)));
SELECT error_of($$SELECT '[1,2]'::vector(3)$$);
SELECT error_of($$SELECT '[1,x]'::vector(3)$$);
SELECT error_of($$SELECT '[1,2]'::vector::vector(1)$$);

-- modifiers
SELECT m, error_of(format('SELECT NULL::vector(%s)', m))
FROM unnest(ARRAY['0', '-1', '16001', '2147483647', '1,2']) m;

-- operands and arguments
SELECT q, error_of('SELECT ' || q)
FROM (SELECT format($$'[1,2]'::vector %s '[3]'$$, op) AS q
      FROM unnest(ARRAY['<->', '<#>', '<=>', '<+>', '+', '-', '*']) op
      UNION ALL
      SELECT format($$%s('[1,2]', '[3]'::vector)$$, f)
      FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance',
                  'vector_l2_squared_distance', 'vector_negative_inner_product', 'vector_spherical_distance']) f) s;
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$'[3e38]'::vector + '[3e38]'$$, $$'[3e38]'::vector - '[-3e38]'$$,
                  $$'[3e38]'::vector * '[10]'$$, $$'[1,-1e37]'::vector * '[1,1e37]'$$,
                  $$'[1e-30]'::vector * '[1e-30]'$$, $$subvector('[1,2,3]'::vector, 1, 0)$$,
                  $$subvector('[1,2,3]'::vector, 1, -1)$$, $$subvector('[1,2,3]'::vector, 4, 1)$$,
                  $$subvector('[1,2,3]'::vector, 0, 1)$$,
                  $$subvector('[1,2,3]'::vector, -2147483648, 2147483647)$$,
                  $$subvector('[1,2,3]'::vector, 2147483647, 2147483647)$$,
                  $$subvector('[1,2,3]'::vector, -2147483648, -2147483648)$$]) q;
SELECT error_of($$SELECT array_fill(1, ARRAY[16000])::vector || '[1]'$$);

-- arrays
CREATE FUNCTION array_to_vector(text[], integer, boolean) RETURNS vector
    AS '$libdir/vectorhnsw', 'vhnsw_array_to_vector' LANGUAGE C STRICT;
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$'{}'::integer[]::vector$$, $$'{{1,2},{3,4}}'::integer[]::vector$$,
                  $$'{{1}}'::real[]::vector$$, $$'{1,NULL}'::integer[]::vector$$,
                  $$'{NULL}'::numeric[]::vector$$, $$'{NULL,NaN}'::real[]::vector$$,
                  $$'{1,2}'::integer[]::vector(3)$$, $$'{1,NaN}'::real[]::vector$$,
                  $$'{NaN}'::double precision[]::vector$$, $$'{NaN}'::numeric[]::vector$$,
                  $$'{Infinity}'::real[]::vector$$, $$'{-Infinity}'::double precision[]::vector$$,
                  $$'{1e39}'::double precision[]::vector$$, $$'{1e39}'::numeric[]::vector$$,
                  $$'{1e-50}'::numeric[]::vector$$, 'array_fill(1, ARRAY[16001])::vector',
                  'array_fill(1.5, ARRAY[16001])::vector', $$array_to_vector('{a}'::text[], -1, false)$$]) q;
DROP FUNCTION array_to_vector(text[], integer, boolean);

-- aggregates, and their functions with states made by hand
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$avg(v) FROM unnest(ARRAY['[1,2]'::vector, '[3]']) v$$,
                  $$sum(v) FROM unnest(ARRAY['[1,2]'::vector, '[3]']) v$$,
                  $$sum(v) FROM unnest(ARRAY['[3e38]'::vector, '[3e38]']) v$$, $$vector_accum('{}', '[1]')$$,
                  $$vector_accum('{{0}}', '[1]')$$, $$vector_accum('{0,NULL}', '[1]')$$,
                  $$vector_accum('{1,2}', '[1,2]')$$, $$vector_accum('{5}', '[1,2]')$$,
                  $$vector_accum('{1,Infinity}', '[1]')$$, $$vector_combine('{}', '{0}')$$,
                  $$vector_combine('{0}', '{}')$$, $$vector_combine('{1,2}', '{1,2,3}')$$,
                  $$vector_combine('{1,1e308}', '{1,1e308}')$$, $$vector_avg('{}')$$, $$vector_avg('{1}')$$,
                  $$vector_avg('{1,NaN}')$$, $$vector_avg('{1,1e300}')$$,
                  'vector_avg(array_fill(1, ARRAY[16002])::float8[])']) q;

-- where an error points to
\pset format aligned
\pset tuples_only off
SELECT 1 + 2, '[1,2'::vector;
SELECT 1 + 2, '[1,2]'::vector(3);

-- hostile bytes: a length, dimensions, zero, elements
CREATE TABLE received (v vector);
CREATE TABLE received3 (v vector(3));
\setenv COPY 'PGCOPY\\n\\377\\r\\n\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\1'
\setenv ONE '\\077\\200\\0\\0'
\copy received from program 'printf "$COPY\0\0\0\14\0\2\0\0$ONE$ONE\377\377"' with (format binary)
\copy received3 from program 'printf "$COPY\0\0\0\14\0\2\0\0$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\3\0\1\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\0\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\377\377\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\200\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\76\200\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\76\201\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\1\0\1$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\1\377\377$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\2\0\0$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\13\0\2\0\0$ONE\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14\0\1\0\0$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14\0\2\0\0$ONE\177\300\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\1\0\0\177\200\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\1\0\0\377\200\0\0\377\377"' with (format binary)
\set VERBOSITY sqlstate
\copy received from program 'printf "$COPY\0\0\0\10\0\1\0\1$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\1\0\0\177\200\0\0\377\377"' with (format binary)
\set VERBOSITY default
SELECT * FROM received;
SELECT * FROM received3;
DROP TABLE received, received3;
DROP FUNCTION error_of(text);
