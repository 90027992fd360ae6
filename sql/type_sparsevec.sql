-- sparsevec: text and binary form, typmod, storage

-- text: any white space around tokens, none written; positions in any order
SELECT '{1:1.5,3:3.5}/5'::sparsevec;
SELECT E' \t\n\r\x0b\f{ \t\n\r\x0b\f1 : 1 , 2\t:\n2\t,\n3 :3 } \t\n\r\x0b\f/ \t\n\r\x0b\f4 \t\n\r\x0b\f'::sparsevec;
SELECT '{5:5,1:1,4:4,2:2,3:3}/5'::sparsevec, '{+1:1}/+2'::sparsevec, '{01:1}/0002'::sparsevec;
SELECT '{1:-1,2:+2,3:.5,4:5.,5:0.25,6:1e2,7:1E+2,8:25e-2}/8'::sparsevec;
SELECT '{1:0x10,2:0x1p-1,3:-0X1.8p1}/3'::sparsevec;
SELECT '{}/1'::sparsevec, ' { } / 1 '::sparsevec, '{}/1000000000'::sparsevec, '{1000000000:1}/1000000000'::sparsevec;

-- zeros are not stored, nor is their position looked at
SELECT '{1:0,2:2,3:-0,4:0e5}/4'::sparsevec, '{1:0}/1'::sparsevec, '{1:0,1:1}/1'::sparsevec, '{7:0}/1'::sparsevec;

-- every number in the fewest digits that read back as the same number, whatever extra_float_digits
SELECT '{1:0.1,2:0.30000001192092896,3:16777217,4:33554431,5:1234567.875,6:1e-5,7:123456789}/7'::sparsevec;
SET extra_float_digits = -5;
SELECT '{1:0.1,2:1234567.875}/2'::sparsevec;
RESET extra_float_digits;

-- extremes
SELECT '{1:3.4028235e38,2:-3.4028235e38,3:1.17549435e-38,4:1e-45,5:-1e-45}/5'::sparsevec;

-- and read back what was written
SELECT count(*) FILTER (WHERE v::text::sparsevec = v) AS same, count(*)
FROM (SELECT ARRAY[random() * 1e30, 0, random(), random() * 1e-30, 0, -random()]::sparsevec AS v
      FROM generate_series(1, 1000)) s;

-- most elements
CREATE FUNCTION text_of(nnz int, dim int) RETURNS text LANGUAGE sql AS $$
    SELECT format('{%s}/%s', string_agg(i || ':' || i, ',' ORDER BY i), dim) FROM generate_series(1, nnz) i
$$;
SELECT v::text = text_of(16000, 16000), l1_distance(v, '{}/16000'), pg_column_size(v)
FROM (SELECT text_of(16000, 16000)::sparsevec AS v) s;
SELECT text_of(16000, 1000000000)::sparsevec::text = text_of(16000, 1000000000);

-- typmod
CREATE TABLE typmods (any_dims sparsevec, three sparsevec(3));
INSERT INTO typmods VALUES ('{1:1}/2', '{1:1}/3');
INSERT INTO typmods VALUES ('{1:1}/2', '{1:1}/2');
UPDATE typmods SET three = any_dims;
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = 'typmods'::regclass AND attnum > 0 ORDER BY attnum;
SELECT * FROM typmods;
ALTER TABLE typmods ALTER any_dims TYPE sparsevec(2);
ALTER TABLE typmods ALTER any_dims TYPE sparsevec(4);
DROP TABLE typmods;
SELECT '{}/1000000000'::sparsevec(1000000000);

-- arrays of vectors
SELECT '{"{1:1,2:2}/2","{}/1"}'::sparsevec[];
SELECT ARRAY['{1:1}/2'::sparsevec, '{}/1'];
SELECT '{"{1:1}/2","{2:4}/2"}'::sparsevec(2)[];

-- properties that dumps and clients rely on
SELECT typcategory, typalign, typstorage, typlen, typmodout::oid, typarray::regtype
FROM pg_type WHERE typname = 'sparsevec';
SELECT pg_column_size('{}/5'::sparsevec), pg_column_size('{1:1,3:3}/5'::sparsevec);

-- vectors of every size survive a table, also moved out of the row
CREATE TABLE sizes (nnz int, v sparsevec);
INSERT INTO sizes SELECT n, array_fill(n, ARRAY[n])::sparsevec
FROM unnest(ARRAY[1, 2, 3, 13, 14, 15, 248, 249, 250, 251, 2000, 16000]) n;
INSERT INTO sizes VALUES (0, '{}/1'), (-1, '{1000000000:1}/1000000000');
SELECT count(*) FROM sizes WHERE nnz > 0 AND v = array_fill(nnz, ARRAY[nnz])::sparsevec;

-- binary form: dimensions, number of elements, zero, positions, values, in network order
SELECT sparsevec_send('{}/1'), sparsevec_send('{2:1,258:-2}/1000000000');
\copy sizes to program 'cat >"$PG_ABS_BUILDDIR/results/sparsevec.bin"' with (format binary)
CREATE TABLE received (LIKE sizes);
\copy received from program 'cat "$PG_ABS_BUILDDIR/results/sparsevec.bin"' with (format binary)
SELECT count(*) FROM sizes JOIN received USING (nnz, v);
DROP TABLE sizes, received;
DROP FUNCTION text_of;
