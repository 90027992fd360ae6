-- vector: arithmetic, comparison, parts

SELECT '[1,2,3]'::vector + '[4,5,-6]';
SELECT '[1,2,3]'::vector - '[4,5,-6]';
SELECT '[1,2,3]'::vector * '[4,5,-6]';
SELECT '[1,2,3]'::vector || '[4,5]';
SELECT vector_dims(array_fill(1, ARRAY[8000])::vector || array_fill(1, ARRAY[8000])::vector);

-- exact products of zero are no underflow
SELECT '[0,1e-38,-0]'::vector * '[1e-38,0,5]';
SELECT '[3e38]'::vector + '[-3e38]', '[1e-38]'::vector * '[0.5]';

-- order: by element, then by length; -0 equals 0
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, vector_cmp(a, b) AS cmp
FROM (VALUES ('[1,2,3]'::vector, '[1,2,3]'::vector), ('[1,2,3]', '[1,2,4]'), ('[2,0,0]', '[1,9,9]'),
             ('[1,2]', '[1,2,3]'), ('[1,2,3]', '[1,2]'), ('[-0]', '[0]'), ('[1,3]', '[1,2,3]')) AS t (a, b);

-- parts: positions from 1, cut at the ends
SELECT start, count, subvector('[1,2,3,4,5]'::vector, start, count)
FROM (VALUES (1, 3), (3, 2), (-1, 3), (0, 2), (4, 9), (5, 1), (1, 5), (4, 2147483647),
             (-2147483640, 2147483647)) AS t (start, count);

-- a bit per element
SELECT binary_quantize('[1,0,-1]'::vector), binary_quantize('[0,0.1,-0.2,-0.3,0.4,0.5,0.6,-0.7,0.8,-0.9,1]'::vector);
SELECT length(binary_quantize(array_fill(1, ARRAY[16000])::vector));

-- nulls
SELECT '[1]'::vector + NULL IS NULL, NULL::vector <-> '[1]' IS NULL, vector_dims(NULL::vector) IS NULL;
