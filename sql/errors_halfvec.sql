-- halfvec: every message and its SQLSTATE

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
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::halfvec', t))
FROM unnest(ARRAY['', ' ', '1', '1,2', '{1,2}', 'NaN', ']', '[', ' [ ', '[1', '[1,', '[1 2]', '[1,]', '[,1]',
                  '[,]', '[1,,2]', '[1;2]', '[a]', '[1a]', '[1,b]', '[1.2.3]', '[1e]', '[1e+]', '[0x]', '[-]',
                  '[+-1]', '[- 1]', '[.]', '[[1]]', '[1,[2]]', '["1"]', '[null]', '[1]2', '[1] [2]', '[1]]',
                  '[1],', '[1_000]', '[]', '[ ]', '[]x']) t;

-- elements
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::halfvec', t))
FROM unnest(ARRAY['[NaN]', '[1,nan]', '[-nan]', '[Infinity]', '[-Infinity]', '[inf,nan]', '[nan,x]', '[65520]',
                  '[-65520]', '[1, 65520.0 ]', '[1e39]', '[1e400]', '[65520,x]', '[65520,nan]', '[0x1p16]']) t;
SELECT left(error_of(format($$SELECT '[%s.5]'::halfvec$$, repeat('9', 100))), 40);

-- dimensions
SELECT error_of(format($$SELECT '[%s1]'::halfvec$$, repeat('1,', 16000)));
SELECT error_of(format($$SELECT '[%sx]'::halfvec$$, repeat('1,', 16000)));
SELECT error_of($$SELECT '[1,2]'::halfvec(3)$$);
SELECT error_of($$SELECT '[1,x]'::halfvec(3)$$);
SELECT error_of($$SELECT '[1,2]'::halfvec::halfvec(1)$$);

-- modifiers
SELECT m, error_of(format('SELECT NULL::halfvec(%s)', m))
FROM unnest(ARRAY['0', '-1', '16001', '2147483647', '1,2']) m;

-- operands and arguments
SELECT q, error_of('SELECT ' || q)
FROM (SELECT format($$'[1,2]'::halfvec %s '[3]'$$, op) AS q
      FROM unnest(ARRAY['<->', '<#>', '<=>', '<+>', '+', '-', '*']) op
      UNION ALL
      SELECT format($$%s('[1,2]', '[3]'::halfvec)$$, f)
      FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance',
                  'halfvec_l2_squared_distance', 'halfvec_negative_inner_product', 'halfvec_spherical_distance']) f) s;
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$'[65504]'::halfvec + '[16]'$$, $$'[65504]'::halfvec - '[-16]'$$,
                  $$'[65504]'::halfvec * '[10]'$$, $$'[1,-256]'::halfvec * '[1,256]'$$,
                  $$'[1e-4]'::halfvec * '[1e-4]'$$, $$'[5.9604645e-8]'::halfvec * '[0.5]'$$,
                  $$subvector('[1,2,3]'::halfvec, 1, 0)$$,
                  $$subvector('[1,2,3]'::halfvec, 1, -1)$$, $$subvector('[1,2,3]'::halfvec, 4, 1)$$,
                  $$subvector('[1,2,3]'::halfvec, 0, 1)$$,
                  $$subvector('[1,2,3]'::halfvec, -2147483648, 2147483647)$$,
                  $$subvector('[1,2,3]'::halfvec, 2147483647, 2147483647)$$,
                  $$subvector('[1,2,3]'::halfvec, -2147483648, -2147483648)$$]) q;
SELECT error_of($$SELECT array_fill(1, ARRAY[16000])::halfvec || '[1]'$$);

-- arrays
CREATE FUNCTION array_to_halfvec(text[], integer, boolean) RETURNS halfvec
    AS '$libdir/vectorhnsw', 'vhnsw_array_to_halfvec' LANGUAGE C STRICT;
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$'{}'::integer[]::halfvec$$, $$'{{1,2},{3,4}}'::integer[]::halfvec$$,
                  $$'{{1}}'::real[]::halfvec$$, $$'{1,NULL}'::integer[]::halfvec$$,
                  $$'{NULL}'::numeric[]::halfvec$$, $$'{NULL,NaN}'::real[]::halfvec$$,
                  $$'{1,2}'::integer[]::halfvec(3)$$, $$'{1,NaN}'::real[]::halfvec$$,
                  $$'{NaN}'::double precision[]::halfvec$$, $$'{NaN}'::numeric[]::halfvec$$,
                  $$'{Infinity}'::real[]::halfvec$$, $$'{-Infinity}'::double precision[]::halfvec$$,
                  $$'{65520}'::integer[]::halfvec$$, $$'{1,-65520.5}'::real[]::halfvec$$,
                  $$'{65520}'::double precision[]::halfvec$$, $$'{65520}'::numeric[]::halfvec$$,
                  $$'{1e39}'::double precision[]::halfvec$$, $$'{1e39}'::numeric[]::halfvec$$,
                  $$'{1e-50}'::numeric[]::halfvec$$, $$'{NaN,65520}'::real[]::halfvec$$,
                  $$'{65520,NaN}'::real[]::halfvec$$, 'array_fill(1, ARRAY[16001])::halfvec',
                  'array_fill(1.5, ARRAY[16001])::halfvec', $$array_to_halfvec('{a}'::text[], -1, false)$$]) q;
DROP FUNCTION array_to_halfvec(text[], integer, boolean);

-- vectors
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$'[1,2]'::vector::halfvec(3)$$, $$'[65520]'::vector::halfvec$$,
                  $$'[1,-3e38]'::vector::halfvec$$, $$'[65520]'::vector::halfvec(3)$$,
                  $$'[1,2]'::halfvec::vector(3)$$, $$'[65520]'::vector <-> '[1]'::halfvec$$,
                  $$'[1,2]'::vector <-> '[1]'::halfvec$$]) q;

-- aggregates, and their functions with states made by hand
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$avg(v) FROM unnest(ARRAY['[1,2]'::halfvec, '[3]']) v$$,
                  $$sum(v) FROM unnest(ARRAY['[1,2]'::halfvec, '[3]']) v$$,
                  $$sum(v) FROM unnest(ARRAY['[65504]'::halfvec, '[16]']) v$$, $$halfvec_accum('{}', '[1]')$$,
                  $$halfvec_accum('{{0}}', '[1]')$$, $$halfvec_accum('{0,NULL}', '[1]')$$,
                  $$halfvec_accum('{1,2}', '[1,2]')$$, $$halfvec_accum('{5}', '[1,2]')$$,
                  $$halfvec_accum('{1,Infinity}', '[1]')$$, $$halfvec_combine('{}', '{0}')$$,
                  $$halfvec_combine('{0}', '{}')$$, $$halfvec_combine('{1,2}', '{1,2,3}')$$,
                  $$halfvec_combine('{1,1e308}', '{1,1e308}')$$, $$halfvec_avg('{}')$$, $$halfvec_avg('{1}')$$,
                  $$halfvec_avg('{1,NaN}')$$, $$halfvec_avg('{1,1e300}')$$, $$halfvec_avg('{1,65520}')$$,
                  'halfvec_avg(array_fill(1, ARRAY[16002])::float8[])']) q;

-- where an error points to
\pset format aligned
\pset tuples_only off
SELECT 1 + 2, '[1,2'::halfvec;
SELECT 1 + 2, '[1,2]'::halfvec(3);

-- hostile bytes: a length, dimensions, zero, elements
CREATE TABLE received (v halfvec);
CREATE TABLE received3 (v halfvec(3));
\setenv COPY 'PGCOPY\\n\\377\\r\\n\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\1'
\setenv ONE '\\074\\0'
\copy received from program 'printf "$COPY\0\0\0\10\0\2\0\0$ONE$ONE\377\377"' with (format binary)
\copy received3 from program 'printf "$COPY\0\0\0\10\0\2\0\0$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\3\0\1\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\0\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\377\377\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\200\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\76\200\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\76\201\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\6\0\1\0\1$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\6\0\1\377\377$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\6\0\2\0\0$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\7\0\2\0\0$ONE\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\1\0\0$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\2\0\0$ONE\176\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\6\0\1\0\0\174\1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\6\0\1\0\0\174\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\6\0\1\0\0\374\0\377\377"' with (format binary)
\set VERBOSITY sqlstate
\copy received from program 'printf "$COPY\0\0\0\6\0\1\0\1$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\6\0\1\0\0\174\0\377\377"' with (format binary)
\set VERBOSITY default
SELECT * FROM received;
SELECT * FROM received3;
DROP TABLE received, received3;
DROP FUNCTION error_of(text);
