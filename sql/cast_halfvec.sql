-- halfvec: casts

-- arrays, of four element types
SELECT '{1,2,3}'::integer[]::halfvec, '{1.5,2,3}'::real[]::halfvec, '{1.5,2,3}'::double precision[]::halfvec,
       '{1.5,2,3}'::numeric[]::halfvec;
SELECT '{1,2,3}'::integer[]::halfvec(3), '{1.1}'::double precision[]::halfvec, '{0.1}'::numeric[]::halfvec;
SELECT '{2049,-65519}'::integer[]::halfvec, '{1e-50}'::double precision[]::halfvec;
SELECT '[5:7]={1,2,3}'::integer[]::halfvec, (ARRAY[1,NULL,3])[3:3]::halfvec;
SELECT array_agg(i)::halfvec FROM generate_series(1, 5) i;

-- and back
SELECT '[1,2,3]'::halfvec::real[], array_dims('[1,2,3]'::halfvec::real[]);
SELECT '[1.5,2]'::halfvec::real[]::halfvec = '[1.5,2]';
SELECT unnest('[1,2]'::halfvec::real[]);

-- vectors
SELECT '[1.5,0.1,65519,1e-8]'::vector::halfvec, '[1,2]'::vector::halfvec(2);
SELECT '[1.5,0.1,65504,5.9604645e-8]'::halfvec::vector, '[1,2]'::halfvec::vector(2);
SELECT vector_dims(array_fill(1, ARRAY[16000])::vector::halfvec),
       vector_dims(array_fill(1, ARRAY[16000])::halfvec::vector);
SELECT count(*) FROM generate_series(1, 1000) i, LATERAL (SELECT ARRAY[i, 1.0 / i, -i]::halfvec AS h) s
WHERE h::vector::halfvec <> h;

-- contexts: implicit from a vector and between typmods, by assignment to a vector, and from and to an array
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE 'halfvec'::regtype IN (castsource, casttarget)
  AND (castsource = casttarget OR 'vector'::regtype IN (castsource, casttarget)
       OR castsource::regtype::text LIKE '%[]' OR casttarget::regtype::text LIKE '%[]')
ORDER BY castcontext DESC, castsource::regtype::text, casttarget::regtype::text;
CREATE TABLE assigned (h halfvec(2), v vector(2), a real[]);
INSERT INTO assigned (h) VALUES ('{1,2}'::integer[]), (ARRAY[1.5, 2.5]), (ARRAY[3, 4]::real[]), (ARRAY[5, 6]::float8[]),
                                ('[7,8]'::vector);
UPDATE assigned SET v = h, a = h;
SELECT * FROM assigned;
DROP TABLE assigned;

-- a function of halfvec takes a vector
SELECT halfvec_cmp('[1]'::vector, '[2]'::vector), halfvec_spherical_distance('[1,0]'::vector, '[0,1]'::vector);

-- indexes and queries on another precision
CREATE TABLE items (v vector(3));
INSERT INTO items VALUES ('[1,2,3]'), ('[0.1,0,0]');
CREATE INDEX ON items ((v::halfvec(3)));
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM items WHERE v::halfvec(3) = '[0.1,0,0]';
SELECT * FROM items WHERE v::halfvec(3) = '[0.1,0,0]';
ALTER TABLE items ALTER v TYPE halfvec(3);
SELECT * FROM items ORDER BY v;
DROP TABLE items;
