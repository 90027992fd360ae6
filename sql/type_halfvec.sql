-- halfvec: text and binary form, typmod, storage

-- text: any white space around tokens, none written
SELECT '[1,2,3]'::halfvec;
SELECT E' \t\n\r\x0b\f[ \t\n\r\x0b\f1 , 2\t,\n3 ] \t\n\r\x0b\f'::halfvec;
SELECT '[-1,+2,.5,5.,0.25,1e2,1E+2,25e-2,-0]'::halfvec;
SELECT '[0x10,0x1p-1,-0X1.8p1]'::halfvec;

-- rounded to the nearest half, ties to even; written in the digits of real, whatever extra_float_digits
SELECT '[1.23456,0.1,2049,2051,4097,4102,-2049]'::halfvec;
SET extra_float_digits = -5;
SELECT '[1.23456,0.1]'::halfvec;
RESET extra_float_digits;

-- extremes: too small becomes zero
SELECT '[65504,-65504,65519,65519.99,6.1035156e-5]'::halfvec;
SELECT '[5.9604645e-8,-5.9604645e-8,2.98023224e-8,2.9802326e-8,1e-8,-1e-8,1e-46]'::halfvec;
SELECT '[00000000000000000000000000001,1.00000000000000000000000000000,100000000000000000000000000000e-29]'::halfvec;

-- all 63488 finite numbers are read back from what is written, and are told apart (but 0 and -0)
WITH numbers AS (
    SELECT sign * CASE WHEN e = 0 THEN f * 2.0::float8 ^ -24 ELSE (1024 + f) * 2.0::float8 ^ (e - 25) END AS x
    FROM generate_series(0, 30) e, generate_series(0, 1023) f, (VALUES (1), (-1)) s (sign)
), halfs AS (
    SELECT x, ARRAY[x]::halfvec AS h FROM numbers
)
SELECT count(*), count(DISTINCT h) AS distinct, count(*) FILTER (WHERE h::text::halfvec = h) AS same,
       count(*) FILTER (WHERE (h::real[])[1] = x) AS exact
FROM halfs;

-- most dimensions
SELECT vector_dims(array_fill(1, ARRAY[16000])::halfvec);
SELECT vector_dims(('[' || repeat('1,', 15999) || '1]')::halfvec);
SELECT vector_dims('[1]'::halfvec);

-- typmod
CREATE TABLE typmods (any_dims halfvec, three halfvec(3));
INSERT INTO typmods VALUES ('[1,2]', '[1,2,3]');
INSERT INTO typmods VALUES ('[1,2]', '[1,2]');
UPDATE typmods SET three = any_dims;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = 'typmods'::regclass AND attnum > 0 ORDER BY attnum;
SELECT * FROM typmods;
ALTER TABLE typmods ALTER any_dims TYPE halfvec(2);
ALTER TABLE typmods ALTER any_dims TYPE halfvec(4);
DROP TABLE typmods;

-- arrays of vectors
SELECT '{"[1,2]","[3]"}'::halfvec[];
SELECT ARRAY['[1,2]'::halfvec, '[3]'];
SELECT '{"[1,2]","[3,4]"}'::halfvec(2)[];

-- properties that dumps and clients rely on
SELECT typcategory, typalign, typstorage, typlen, typmodout::oid, typarray::regtype
FROM pg_type WHERE typname = 'halfvec';
SELECT pg_column_size('[1,2,3]'::halfvec), pg_column_size(array_fill(1, ARRAY[16000])::halfvec);

-- vectors of every size survive a table, also moved out of the row
CREATE TABLE sizes (dims int, v halfvec);
INSERT INTO sizes SELECT d, array_fill(d, ARRAY[d])::halfvec
FROM unnest(ARRAY[1, 2, 3, 58, 59, 60, 61, 1000, 1001, 2000, 16000]) d;
SELECT count(*) FROM sizes WHERE vector_dims(v) = dims AND v = array_fill(dims, ARRAY[dims])::halfvec;

-- binary form: dimensions, zero, elements, in network order
SELECT halfvec_send('[1,-2,0.5,65504,-0,5.9604645e-8]');
\copy sizes to program 'cat >"$PG_ABS_BUILDDIR/results/halfvec.bin"' with (format binary)
CREATE TABLE received (LIKE sizes);
\copy received from program 'cat "$PG_ABS_BUILDDIR/results/halfvec.bin"' with (format binary)
SELECT count(*) FROM sizes JOIN received USING (dims, v);
DROP TABLE sizes, received;
