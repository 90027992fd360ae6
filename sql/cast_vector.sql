-- vector: casts

-- arrays, of four element types
SELECT '{1,2,3}'::integer[]::vector, '{1.5,2,3}'::real[]::vector, '{1.5,2,3}'::double precision[]::vector,
       '{1.5,2,3}'::numeric[]::vector;
SELECT '{1,2,3}'::integer[]::vector(3), '{1.1}'::double precision[]::vector, '{0.1}'::numeric[]::vector;
SELECT '{16777217,-2147483648}'::integer[]::vector, '{1e-50}'::double precision[]::vector;
SELECT '[5:7]={1,2,3}'::integer[]::vector, (ARRAY[1,NULL,3])[3:3]::vector;
SELECT array_agg(i)::vector FROM generate_series(1, 5) i;

-- and back
SELECT '[1,2,3]'::vector::real[], array_dims('[1,2,3]'::vector::real[]);
SELECT '[1.5,2]'::vector::real[]::vector = '[1.5,2]';
SELECT unnest('[1,2]'::vector::real[]);

-- contexts: implicit to an array and between typmods, by assignment from an array
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE 'vector'::regtype IN (castsource, casttarget)
  AND (castsource = casttarget OR castsource::regtype::text LIKE '%[]' OR casttarget::regtype::text LIKE '%[]')
ORDER BY castcontext DESC, castsource::regtype::text;
CREATE TABLE assigned (v vector(2));
INSERT INTO assigned VALUES ('{1,2}'::integer[]), (ARRAY[1.5, 2.5]), (ARRAY[3, 4]::real[]), (ARRAY[5, 6]::float8[]);
SELECT * FROM assigned;
DROP TABLE assigned;
