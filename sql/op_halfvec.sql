-- halfvec: arithmetic, comparison, parts

SELECT '[1,2,3]'::halfvec + '[4,5,-6]';
SELECT '[1,2,3]'::halfvec - '[4,5,-6]';
SELECT '[1,2,3]'::halfvec * '[4,5,-6]';
SELECT '[1,2,3]'::halfvec || '[4,5]';
SELECT vector_dims(array_fill(1, ARRAY[8000])::halfvec || array_fill(1, ARRAY[8000])::halfvec);

-- results are rounded to the nearest half, ties to even
SELECT '[2048,2050,2048]'::halfvec + '[1,1,3]', '[2048,65504]'::halfvec - '[-3,-15]',
       '[1025,255.875]'::halfvec * '[3,256]';
-- exact products of zero are no underflow
SELECT '[0,1e-4,-0]'::halfvec * '[1e-4,0,5]';
SELECT '[65504]'::halfvec + '[-65504]', '[5.9604645e-8]'::halfvec * '[0.51]';

-- order: by element, then by length; -0 equals 0
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, halfvec_cmp(a, b) AS cmp
FROM (VALUES ('[1,2,3]'::halfvec, '[1,2,3]'::halfvec), ('[1,2,3]', '[1,2,4]'), ('[2,0,0]', '[1,9,9]'),
             ('[1,2]', '[1,2,3]'), ('[1,2,3]', '[1,2]'), ('[-0]', '[0]'), ('[1,3]', '[1,2,3]'),
             ('[-1]', '[-2]'), ('[-1]', '[1]'), ('[2048]', '[2049]')) AS t (a, b);

-- parts: positions from 1, cut at the ends
SELECT start, count, subvector('[1,2,3,4,5]'::halfvec, start, count)
FROM (VALUES (1, 3), (3, 2), (-1, 3), (0, 2), (4, 9), (5, 1), (1, 5), (4, 2147483647),
             (-2147483640, 2147483647)) AS t (start, count);

-- a bit per element
SELECT binary_quantize('[1,0,-1]'::halfvec), binary_quantize('[0,0.1,-0.2,-0.3,0.4,0.5,0.6,-0.7,0.8,-0,1e-7]'::halfvec);
SELECT length(binary_quantize(array_fill(1, ARRAY[16000])::halfvec));

-- nulls
SELECT '[1]'::halfvec + NULL IS NULL, NULL::halfvec <-> '[1]' IS NULL, vector_dims(NULL::halfvec) IS NULL;

-- beside a vector, which is converted
SELECT pg_typeof('[1]'::halfvec + '[1]'::vector), '[1]'::vector = '[1]'::halfvec AS eq,
       '[0]'::vector <-> '[3]'::halfvec;
