-- int8vec: text and binary form, typmod, storage

-- text: any white space around tokens, none written; no scale means 1
SELECT '[1,-2,3]'::int8vec;
SELECT E' \t\n\r\x0b\f[ \t\n\r\x0b\f1 , 2\t,\n3 ] \t\n\r\x0b\f* \t0.5 \n'::int8vec;
SELECT '[-128,127,+5,-0,007,000000000000000127]'::int8vec;
SELECT '[1,2]*1'::int8vec, '[1,2]*1e0'::int8vec, '[1,2]*0x1p-7'::int8vec, '[1,2]*+2'::int8vec;

-- the scale in the fewest digits that read back as the same number, whatever extra_float_digits
SELECT '[1]*0.0078125'::int8vec, '[1]*0.1'::int8vec, '[1]*0.30000001192092896'::int8vec, '[1]*1234567.875'::int8vec;
SET extra_float_digits = -5;
SELECT '[1]*1234567.875'::int8vec;
RESET extra_float_digits;
SELECT '[1]*3.4028235e38'::int8vec, '[1]*1e-45'::int8vec;

-- every element, and read back what was written
SELECT array_agg(i ORDER BY i)::int8vec::text = '[' || string_agg(i::text, ',' ORDER BY i) || ']' AS same
FROM generate_series(-128, 127) i;
SELECT count(*) FILTER (WHERE v::text::int8vec::text = v::text) AS same, count(*)
FROM (SELECT format('[%s,%s]*%s', i % 256 - 128, i * 7 % 256 - 128, (random() + 0.1)::real)::int8vec AS v
      FROM generate_series(1, 1000) i) s;

-- most dimensions
SELECT vector_dims(array_fill(1, ARRAY[16000])::int8vec);
SELECT vector_dims(('[' || repeat('-128,', 15999) || '-128]*0.5')::int8vec);
SELECT vector_dims('[1]'::int8vec);

-- typmod
CREATE TABLE typmods (any_dims int8vec, three int8vec(3));
INSERT INTO typmods VALUES ('[1,2]*2', '[1,2,3]');
INSERT INTO typmods VALUES ('[1,2]', '[1,2]');
UPDATE typmods SET three = any_dims;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = 'typmods'::regclass AND attnum > 0 ORDER BY attnum;
SELECT * FROM typmods;
ALTER TABLE typmods ALTER any_dims TYPE int8vec(2);
ALTER TABLE typmods ALTER any_dims TYPE int8vec(4);
DROP TABLE typmods;

-- arrays of vectors
SELECT '{"[1,2]*0.5",[3]}'::int8vec[];
SELECT '{"[1,2]","[3,4]"}'::int8vec(2)[];

-- properties that dumps and clients rely on
SELECT typcategory, typalign, typstorage, typlen, typmodout::oid, typelem::oid, typarray::regtype
FROM pg_type WHERE typname = 'int8vec';
SELECT pg_column_size('[1,2,3]'::int8vec), pg_column_size(array_fill(1, ARRAY[16000])::int8vec);

-- vectors of every size survive a table, also moved out of the row
CREATE TABLE sizes (dims int, v int8vec);
INSERT INTO sizes SELECT d, array_fill(d % 128, ARRAY[d])::int8vec
FROM unnest(ARRAY[1, 2, 3, 113, 114, 115, 2000, 2020, 2040, 8000, 16000]) d;
UPDATE sizes SET v = l2_normalize(v) WHERE dims % 2 = 1;
SELECT count(*) FROM sizes
WHERE vector_dims(v) = dims AND l2_normalize(v) = l2_normalize(array_fill(dims % 128, ARRAY[dims])::int8vec);

-- binary form: dimensions, zero, scale, elements, in network order
SELECT int8vec_send('[1,-2,127,-128]'), int8vec_send('[1]*0.5');
\copy sizes to program 'cat >"$PG_ABS_BUILDDIR/results/int8vec.bin"' with (format binary)
CREATE TABLE received (LIKE sizes);
\copy received from program 'cat "$PG_ABS_BUILDDIR/results/int8vec.bin"' with (format binary)
SELECT count(*) FROM sizes JOIN received USING (dims, v);
DROP TABLE sizes, received;
