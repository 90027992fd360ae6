-- int8vec: every message and its SQLSTATE

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
    RETURN concat_ws(' ', SQLSTATE, message, '/ ' || NULLIF(detail, ''), '// ' || NULLIF(hint, ''));
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '

-- text that is no vector
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::int8vec', t))
FROM unnest(ARRAY['', ' ', '1', '{1,2}', ']', '[', ' [ ', '[1', '[1,', '[1 2]', '[1,]', '[,1]', '[,]', '[1,,2]',
                  '[1;2]', '[a]', '[1a]', '[-]', '[+-1]', '[- 1]', '[[1]]', '["1"]', '[null]', '[1]2', '[1] [2]',
                  '[1]]', '[1],', '[1_000]', '[]', '[ ]', '[]*2', '[1]*', '[1]* ', '[1]*x', '[1]**2', '[1]*2x',
                  '[1]*2*3', '2*[1]', '[1*2]', '[300 x]']) t;

-- numbers that are not integers
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::int8vec', t))
FROM unnest(ARRAY['[1.5]', '[1,.5]', '[1.0 ]', '[1e2]', '[0x10,1]', '[2,1.]', '[NaN]', '[inf]', '[1.5x]', '[1e99]']) t;

-- elements and scales out of range
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::int8vec', t))
FROM unnest(ARRAY['[128]', '[-129]', '[1, 300 ]', '[1,-99999999999999999999]', '[300,x]', '[1]*0', '[1]*-1', '[1]*-0',
                  '[1]*NaN', '[1]*inf', '[1]*-infinity', '[1]*1e39', '[1]*1e-46', '[1]* 1e400 ', '[1]*0x']) t;

-- dimensions
SELECT error_of(format($$SELECT '[%s1]'::int8vec$$, repeat('1,', 16000)));
SELECT error_of(format($$SELECT '[%sx]'::int8vec$$, repeat('1,', 16000)));
SELECT error_of($$SELECT '[1,2]'::int8vec(3)$$);
SELECT error_of($$SELECT '[1,x]'::int8vec(3)$$);
SELECT error_of($$SELECT '[1,2]'::int8vec::int8vec(1)$$);

-- modifiers
SELECT m, error_of(format('SELECT NULL::int8vec(%s)', m)) FROM unnest(ARRAY['0', '-1', '16001', '1,2']) m;

-- operands and arguments
SELECT q, error_of('SELECT ' || q)
FROM (SELECT format($$'[1,2]'::int8vec %s '[3]'$$, op) AS q FROM unnest(ARRAY['<->', '<#>', '<=>']) op
      UNION ALL
      SELECT format($$%s('[1,2]', '[3]'::int8vec)$$, f)
      FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'int8vec_l2_squared_distance',
                        'int8vec_negative_inner_product']) f) s;
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$subvector('[1,2,3]'::int8vec, 1, 0)$$, $$subvector('[1,2,3]'::int8vec, 4, 1)$$,
                  $$subvector('[1,2,3]'::int8vec, 0, 1)$$,
                  $$subvector('[1,2,3]'::int8vec, -2147483648, -2147483648)$$]) q;

-- casts
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$'{}'::integer[]::int8vec$$, $$'{{1,2},{3,4}}'::integer[]::int8vec$$,
                  $$'{1,NULL}'::integer[]::int8vec$$, $$'{1,2}'::integer[]::int8vec(3)$$,
                  $$'{1,128}'::integer[]::int8vec$$, $$'{-2147483648}'::integer[]::int8vec$$,
                  'array_fill(1, ARRAY[16001])::int8vec', $$'{1.5}'::real[]::int8vec$$,
                  $$'[1,2]'::vector::int8vec(3)$$, $$'[1,2]'::int8vec::vector(3)$$,
                  $$'[1,2]*3e38'::int8vec::vector$$, $$'[2]*3e38'::int8vec::real[]$$,
                  $$to_int8vec('[1,300]', 1)$$, $$to_int8vec('[1,-65]', 0.5)$$, $$to_int8vec('[127.5]', 1)$$,
                  $$to_int8vec('[3e38]', 1e-45)$$, $$to_int8vec('[1]', 0)$$, $$to_int8vec('[1]', -1)$$,
                  $$to_int8vec('[1]', 'NaN')$$, $$to_int8vec('[1]', 'Infinity')$$]) q;

-- where an error points to
\pset format aligned
\pset tuples_only off
SELECT 1 + 2, '[1,2.5]'::int8vec;

-- hostile bytes: a length, dimensions, zero, scale, elements
CREATE TABLE received (v int8vec);
CREATE TABLE received3 (v int8vec(3));
\setenv COPY 'PGCOPY\\n\\377\\r\\n\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\1'
\setenv ONE '\\077\\200\\0\\0'
\copy received from program 'printf "$COPY\0\0\0\12\0\2\0\0$ONE\1\200\377\377"' with (format binary)
\copy received3 from program 'printf "$COPY\0\0\0\12\0\2\0\0$ONE\1\200\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\4\0\1\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\0\0\0\0$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\377\377\0\0$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\76\200\0\0$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10\76\201\0\0$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\11\0\1\0\1$ONE\1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\11\0\1\0\0\0\0\0\0\1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\11\0\1\0\0\200\0\0\0\1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\11\0\1\0\0\277\200\0\0\1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\11\0\1\0\0\177\200\0\0\1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\11\0\1\0\0\177\300\0\0\1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\11\0\2\0\0$ONE\1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\12\0\1\0\0$ONE\1\1\377\377"' with (format binary)
\set VERBOSITY sqlstate
\copy received from program 'printf "$COPY\0\0\0\11\0\1\0\0\0\0\0\0\1\377\377"' with (format binary)
\set VERBOSITY default
SELECT * FROM received;
SELECT * FROM received3;
DROP TABLE received, received3;
DROP FUNCTION error_of(text);
