-- int8vec: casts

-- from vector: the largest magnitude becomes 127
SELECT '[127,-127,64,0.4,-0.6]'::vector::int8vec, '[254,-2,4,1]'::vector::int8vec, '[-63.5,1,0]'::vector::int8vec;
SELECT '[0,0]'::vector::int8vec, '[-0]'::vector::int8vec, '[1.5,2.5,-2.5,127]'::vector::int8vec;
SELECT '[1,2,3]'::vector::int8vec(3) = '[1,2,3]'::vector::int8vec;

-- whatever the size of the elements; an element is off by at most half a step, and by what the scale is rounded
SELECT e, count(*) FILTER (WHERE v::int8vec <=> v::int8vec = 0) AS same, count(*) FILTER (WHERE d <= 0.5001) AS near
FROM generate_series(-44, 38, 2) e,
     LATERAL (SELECT ARRAY[i, 3.4 - i, i * 7 % 3.1]::vector * array_fill(10::float8 ^ e, ARRAY[3])::vector AS v
              FROM generate_series(1, 3.3, 0.1) i WHERE e BETWEEN -30 AND 37) s,
     LATERAL (SELECT max(abs(x - y)) / (max(abs(x)) / 127) AS d
              FROM unnest(v::real[]::float8[], v::int8vec::real[]::float8[]) AS u (x, y)) t
GROUP BY e HAVING count(*) <> count(*) FILTER (WHERE d <= 0.5001) ORDER BY e;
SELECT '[3.4028235e38,-1]'::vector::int8vec::vector;

-- below the normal numbers, scales are multiples of the smallest number
SELECT k, ARRAY[k * 1e-45::real]::vector::int8vec FROM unnest(ARRAY[0, 1, 50, 127, 128, 180, 191, 254, 300]) k;

-- with a scale that all rows share
SELECT to_int8vec('[1,-2,0.26]', 0.5), to_int8vec('[127.4,-128.4]', 1), to_int8vec('[1e30]', 1e29),
       to_int8vec('[0]', 3);

-- to vector and to array
SELECT '[1,-2,3]*0.5'::int8vec::vector, '[1,-2,3]'::int8vec::vector(3), '[-128,127]'::int8vec::vector;
SELECT '[1,-2,3]*0.5'::int8vec::real[], array_dims('[1,2,3]'::int8vec::real[]);

-- from array
SELECT '{1,-128,127}'::integer[]::int8vec, '{1,2}'::integer[]::int8vec(2), '[5:7]={1,2,3}'::integer[]::int8vec;

-- contexts
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE 'int8vec'::regtype IN (castsource, casttarget)
  AND (castsource = casttarget OR castsource::regtype::text LIKE '%[]' OR casttarget::regtype::text LIKE '%[]'
       OR 'vector'::regtype IN (castsource, casttarget))
ORDER BY castcontext DESC, castsource::regtype::text, casttarget::regtype::text;
CREATE TABLE assigned (i int8vec(2), v vector(2), a real[]);
INSERT INTO assigned VALUES ('[127,1]'::vector, '[1,2]*2'::int8vec, '[1,2]*0.5'::int8vec);
INSERT INTO assigned (i) VALUES (ARRAY[1, 2]);
SELECT * FROM assigned;
DROP TABLE assigned;
