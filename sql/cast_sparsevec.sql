-- sparsevec: casts

-- arrays, of four element types
SELECT '{1,0,3}'::integer[]::sparsevec, '{1.5,0,3}'::real[]::sparsevec, '{1.5,0,3}'::double precision[]::sparsevec,
       '{1.5,0,3}'::numeric[]::sparsevec;
SELECT '{1,0,3}'::integer[]::sparsevec(3), '{1.1}'::double precision[]::sparsevec, '{0.1}'::numeric[]::sparsevec;
SELECT '{16777217,-2147483648}'::integer[]::sparsevec, '{0,-0}'::real[]::sparsevec;
SELECT '[5:7]={1,2,3}'::integer[]::sparsevec, (ARRAY[1,NULL,3])[3:3]::sparsevec;
SELECT array_agg(i % 3)::sparsevec FROM generate_series(1, 7) i;
-- too small for float: zero, which is not stored
SELECT '{1e-50,1}'::double precision[]::sparsevec;
-- more elements than may be stored
SELECT (array_fill(0, ARRAY[100000]) || 5)::sparsevec;
SELECT l1_distance(v, '{}/20000')
FROM (SELECT (array_fill(0, ARRAY[4000]) || array_fill(1, ARRAY[16000]))::sparsevec AS v) s;

-- vector
SELECT '[0,1.5,0,3.5,-0]'::vector::sparsevec, '[0,1.5]'::vector::sparsevec(2), '[0]'::vector::sparsevec;
SELECT '{2:1.5,4:3.5}/5'::sparsevec::vector, '{2:1.5}/2'::sparsevec::vector(2), '{}/3'::sparsevec::vector;
SELECT vector_dims('{16000:1}/16000'::sparsevec::vector),
       array_fill(1, ARRAY[16000])::vector::sparsevec = array_fill(1, ARRAY[16000])::sparsevec;
SELECT count(*) FILTER (WHERE v::sparsevec::vector = v AND v::sparsevec = v::real[]::sparsevec), count(*)
FROM (SELECT array_agg((hashint4extended(n, i) & 3)::int % 3 ORDER BY i)::vector AS v
      FROM generate_series(1, 100) n, generate_series(1, 50) i WHERE i <= n GROUP BY n) s;

-- contexts: implicit between typmods and from vector, by assignment from an array and to vector
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE 'sparsevec'::regtype IN (castsource, casttarget)
  AND 'halfvec' NOT IN (castsource::regtype::text, casttarget::regtype::text)
ORDER BY castcontext DESC, castsource::regtype::text, casttarget::regtype::text;
CREATE TABLE assigned (s sparsevec(2));
INSERT INTO assigned VALUES ('{1,0}'::integer[]), (ARRAY[1.5, 0]), (ARRAY[3, 4]::real[]), (ARRAY[5, 6]::float8[]),
                            ('[7,0]'::vector);
SELECT * FROM assigned;
CREATE TABLE dense (v vector(2));
INSERT INTO dense SELECT * FROM assigned;
SELECT * FROM dense;
SELECT s <+> '[1,0]'::vector FROM assigned ORDER BY 1;
DROP TABLE assigned, dense;
