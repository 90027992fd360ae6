-- vector: text and binary form, typmod, storage

-- text: any white space around tokens, none written
SELECT '[1,2,3]'::vector;
SELECT E' \t\n\r\x0b\f[ \t\n\r\x0b\f1 , 2\t,\n3 ] \t\n\r\x0b\f'::vector;
SELECT '[-1,+2,.5,5.,0.25,1e2,1E+2,25e-2,-0]'::vector;
SELECT '[0x10,0x1p-1,-0X1.8p1]'::vector;

-- every number in the fewest digits that read back as the same number, whatever extra_float_digits
SELECT '[0.1,0.30000001192092896,16777217,33554431,1234567.875,1e-5,123456789]'::vector;
SET extra_float_digits = -5;
SELECT '[0.1,1234567.875]'::vector;
RESET extra_float_digits;

-- extremes: too small becomes zero
SELECT '[3.4028235e38,-3.4028235e38,1.17549435e-38,1e-45,1e-46,-1e-46]'::vector;
SELECT '[3.4028235677973365e38,0.00000000000000000000000000000000000000000000000001]'::vector;
SELECT '[00000000000000000000000000001,1.00000000000000000000000000000,100000000000000000000000000000e-29]'::vector;

-- numbers are rounded as for real, also next to the middle between two floats
WITH numbers AS (
    SELECT format('%s%s.%se%s', CASE WHEN i % 2 = 0 THEN '-' END, i * 7919 % 100003, i * 104729 % 1000003,
                  i % 41 - 20) AS t
    FROM generate_series(1, 5000) i
    UNION ALL
    SELECT (16777217 + 2 * i + (d * 1e-9)::numeric)::text FROM generate_series(0, 500) i, generate_series(-1, 1) d
    UNION ALL
    SELECT (random() * 10 ^ (i % 60 - 30))::text FROM generate_series(1, 5000) i
)
SELECT count(*), count(*) FILTER (WHERE (format('[%s]', t)::vector::real[])[1] <> t::real) AS differ FROM numbers;

-- and read back what was written
SELECT count(*) FILTER (WHERE v::text::vector = v) AS same, count(*)
FROM (SELECT ARRAY[random() * 1e30, random(), random() * 1e-30, -random()]::vector AS v
      FROM generate_series(1, 1000)) s;

-- most dimensions
SELECT vector_dims(array_fill(1, ARRAY[16000])::vector);
SELECT vector_dims(('[' || repeat('1,', 15999) || '1]')::vector);
SELECT vector_dims('[1]'::vector);

-- typmod
CREATE TABLE typmods (any_dims vector, three vector(3));
INSERT INTO typmods VALUES ('[1,2]', '[1,2,3]');
INSERT INTO typmods VALUES ('[1,2]', '[1,2]');
UPDATE typmods SET three = any_dims;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = 'typmods'::regclass AND attnum > 0 ORDER BY attnum;
SELECT * FROM typmods;
ALTER TABLE typmods ALTER any_dims TYPE vector(2);
ALTER TABLE typmods ALTER any_dims TYPE vector(4);
DROP TABLE typmods;

-- arrays of vectors
SELECT '{"[1,2]","[3]"}'::vector[];
SELECT ARRAY['[1,2]'::vector, '[3]'];
SELECT '{"[1,2]","[3,4]"}'::vector(2)[];

-- properties that dumps and clients rely on
SELECT typcategory, typalign, typstorage, typlen, typmodout::oid, typarray::regtype
FROM pg_type WHERE typname = 'vector';
SELECT pg_column_size('[1,2,3]'::vector), pg_column_size(array_fill(1, ARRAY[16000])::vector);

-- vectors of every size survive a table, also moved out of the row
CREATE TABLE sizes (dims int, v vector);
INSERT INTO sizes SELECT d, array_fill(d, ARRAY[d])::vector
FROM unnest(ARRAY[1, 2, 3, 29, 30, 31, 500, 501, 502, 2000, 16000]) d;
SELECT count(*) FROM sizes WHERE vector_dims(v) = dims AND v = array_fill(dims, ARRAY[dims])::vector;

-- binary form: dimensions, zero, elements, in network order
SELECT vector_send('[1,-2,0.5]');
\copy sizes to program 'cat >"$PG_ABS_BUILDDIR/results/vector.bin"' with (format binary)
CREATE TABLE received (LIKE sizes);
\copy received from program 'cat "$PG_ABS_BUILDDIR/results/vector.bin"' with (format binary)
SELECT count(*) FROM sizes JOIN received USING (dims, v);
DROP TABLE sizes, received;
