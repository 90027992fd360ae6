-- sparsevec: every message and its SQLSTATE

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
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::sparsevec', t))
FROM unnest(ARRAY['', ' ', '1', '1:1', '[1]', '}', '/1', '{', ' { ', '{:', '{,', '{1', '{1:', '{1:1', '{1:1,',
                  '{1:1,2', '{}', '{} ', '{1:1}', '{1:1} 1', '{1:1}}/1', '{}/', '{}/ ', '{}/a', '{}/.5', '{}/-',
                  '{}/1a', '{}/1 2', '{}/1.', '{}/1/1', '{}/1,', '{:1}/1', '{1:}/1', '{:}/1', '{1}/1', '{1 1}/1',
                  '{1:1,}/1', '{,1:1}/1', '{,}/1', '{1:1,,2:1}/2', '{1:1;2:1}/2', '{1:1 2:1}/2', '{a:1}/1',
                  '{1:a}/1', '{1:1a}/1', '{1.5:1}/2', '{1e0:1}/1', '{0x1:1}/1', '{- 1:1}/1', '{+-1:1}/1', '{1:- 1}/1',
                  '{1:1.2.3}/1', '{1:1e}/1', '{"1":1}/1', '{null:1}/1', '{1:null}/1', '{1::1}/1', '{{1:1}}/1',
                  '{1:1_000}/1']) t;

-- values: those that are out of the range of float, also too small ones, and those that are no numbers
SELECT format('%-20s', quote_literal(t)), error_of(format('SELECT %L::sparsevec', t))
FROM unnest(ARRAY['{1:NaN}/1', '{1:1,2:nan}/2', '{1:-nan}/1', '{1:Infinity}/1', '{1:-Infinity}/1', '{1:inf,2:nan}/2',
                  '{1:nan,x', '{1:1e39}/1', '{1:-1e39}/1', '{1:1, 2: 3.4028236e38 }/2', '{1:1e400}/1', '{1:1e39,x',
                  '{1:0x1p128}/1', '{1:1e-46}/1', '{1:-1e-46}/1', '{1:1e-400}/1', '{9:1e-46}/1']) t;

-- positions: checked after the text, in their order
SELECT format('%-30s', quote_literal(t)), error_of(format('SELECT %L::sparsevec', t))
FROM unnest(ARRAY['{0:1}/1', '{-1:1}/1', '{2:1}/1', '{2147483647:1}/1', '{2147483648:1}/1', '{-2147483648:1}/1',
                  '{9223372036854775808:1}/1', '{-9223372036854775809:1}/1', '{1000000001:1}/1000000000', '{1:1,1:1}/1',
                  '{1:1,1:2}/5', '{2:1,1:1,2:1}/5', '{1:1,1:1,9:1}/5', '{9:1,0:1}/5', '{0:1,0:1}/5', '{0:1}x',
                  '{0:1}/5x', '{0:1}/0', '{9:1}/5', '{1:1,1:0}/1']) t;

-- dimensions
SELECT format('%-30s', quote_literal(t)), error_of(format('SELECT %L::sparsevec', t))
FROM unnest(ARRAY['{}/0', '{}/-1', '{1:1}/0', '{}/1000000001', '{}/2147483648', '{}/9223372036854775808',
                  '{}/-9223372036854775809']) t;
SELECT error_of($$SELECT '{1:1}/2'::sparsevec(3)$$);
SELECT error_of($$SELECT '{1:1,x}/2'::sparsevec(3)$$);
SELECT error_of($$SELECT '{1:1}/2'::sparsevec::sparsevec(1)$$);
CREATE TABLE typmods (v sparsevec(3));
SELECT error_of($$COPY typmods FROM PROGRAM 'echo "{3:1,3:1}/2"'$$);
DROP TABLE typmods;

-- number of elements: counted by commas, before anything else is looked at
SELECT error_of(format($$SELECT '{%s1:1}/5'::sparsevec$$, repeat('1:0,', 15999)));
SELECT error_of(format($$SELECT '{%s1:1}/5'::sparsevec$$, repeat('1:0,', 16000)));
SELECT error_of(format('SELECT %L::sparsevec', repeat(',', 16000)));
SELECT error_of(format('SELECT %L::sparsevec', repeat('x', 16000)))
       = format('22P02 invalid input syntax for type sparsevec: "%s" / Vector contents must start with "{".',
                repeat('x', 16000));

-- modifiers
SELECT m, error_of(format('SELECT NULL::sparsevec(%s)', m))
FROM unnest(ARRAY['0', '-1', '1000000001', '2147483647', '1,2']) m;

-- operands
SELECT q, error_of('SELECT ' || q)
FROM (SELECT format($$'{1:1}/2'::sparsevec %s '{1:1}/1'$$, op) AS q FROM unnest(ARRAY['<->', '<#>', '<=>', '<+>']) op
      UNION ALL
      SELECT format($$%s('{1:1}/2', '{1:1}/1'::sparsevec)$$, f)
      FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance',
                  'sparsevec_l2_squared_distance', 'sparsevec_negative_inner_product']) f) s;

-- casts
CREATE FUNCTION array_to_sparsevec(text[], integer, boolean) RETURNS sparsevec
    AS '$libdir/vectorhnsw', 'vhnsw_array_to_sparsevec' LANGUAGE C STRICT;
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$'{}'::integer[]::sparsevec$$, $$'{{1,2},{3,4}}'::integer[]::sparsevec$$,
                  $$'{{1}}'::real[]::sparsevec$$, $$'{1,NULL}'::integer[]::sparsevec$$,
                  $$'{NULL}'::numeric[]::sparsevec$$, $$'{NULL,NaN}'::real[]::sparsevec$$,
                  $$'{1,2}'::integer[]::sparsevec(3)$$, $$'{1,NaN}'::real[]::sparsevec$$,
                  $$'{NaN}'::double precision[]::sparsevec$$, $$'{NaN}'::numeric[]::sparsevec$$,
                  $$'{Infinity}'::real[]::sparsevec$$, $$'{-Infinity}'::double precision[]::sparsevec$$,
                  $$'{1e39}'::double precision[]::sparsevec$$, $$'{1e39}'::numeric[]::sparsevec$$,
                  $$'{1e-50}'::numeric[]::sparsevec$$, 'array_fill(1, ARRAY[16001])::sparsevec',
                  'array_fill(1.5, ARRAY[16001])::sparsevec', $$array_to_sparsevec('{a}'::text[], -1, false)$$,
                  $$'[1,2]'::vector::sparsevec(3)$$, $$'{}/2'::sparsevec::vector(3)$$,
                  $$'{}/16001'::sparsevec::vector$$]) q;
DROP FUNCTION array_to_sparsevec(text[], integer, boolean);

-- where an error points to
\pset format aligned
\pset tuples_only off
SELECT 1 + 2, '{1:1'::sparsevec;
SELECT 1 + 2, '{1:1}/2'::sparsevec(3);

-- hostile bytes: a length, dimensions, number of elements, zero, positions, values
CREATE TABLE received (v sparsevec);
CREATE TABLE received3 (v sparsevec(3));
\setenv COPY 'PGCOPY\\n\\377\\r\\n\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\1'
\setenv ONE '\\077\\200\\0\\0'
\setenv FIVE '\\0\\0\\0\\5'
\setenv P0 '\\0\\0\\0\\0'
\setenv P1 '\\0\\0\\0\\1'
\setenv P2 '\\0\\0\\0\\2'
\copy received from program 'printf "$COPY\0\0\0\34$FIVE$P2$P0$P0$P1$ONE$ONE\377\377"' with (format binary)
\copy received3 from program 'printf "$COPY\0\0\0\34$FIVE$P2$P0$P0$P1$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE$P0$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\10$FIVE$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$P0$P0$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14\377\377\377\377$P0$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14\073\232\312\001$P0$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14\073\232\312\000$P0$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE\377\377\377\377$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE\0\0\76\201$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE\177\377\377\377$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE\0\0\0\6$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE$P0$P1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE$P0\377\377\377\377\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\30$FIVE$P2$P0$P0$P1$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14\0\0\76\200\0\0\76\200$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\40$FIVE$P2$P0$P0$P1$ONE$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\34$FIVE$P2$P0$P1$P1$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\34$FIVE$P2$P0$P1$P0$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0$FIVE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0\377\377\377\377$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0$P1$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0$P1\200\0\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0$P1\177\300\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0$P1\177\200\0\0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0$P1\377\200\0\0\377\377"' with (format binary)
\set VERBOSITY sqlstate
\copy received from program 'printf "$COPY\0\0\0\14$FIVE\377\377\377\377$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE\0\0\76\201$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE\0\0\0\6$P0\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\14$FIVE$P0$P1\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\34$FIVE$P2$P0$P1$P1$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\34$FIVE$P2$P0$P1$P0$ONE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0$FIVE$ONE\377\377"' with (format binary)
\copy received from program 'printf "$COPY\0\0\0\24$FIVE$P1$P0$P1$P0\377\377"' with (format binary)
\set VERBOSITY default
SELECT * FROM received;
SELECT * FROM received3;
DROP TABLE received, received3;
DROP FUNCTION error_of(text);
