-- int8vec: comparison, parts

-- order: by what the elements stand for, then by length
SELECT a, b, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt, int8vec_cmp(a, b) AS cmp
FROM (VALUES ('[1,2,3]'::int8vec, '[1,2,3]'::int8vec), ('[1,2,3]', '[1,2,4]'), ('[2,0,0]', '[1,9,9]'),
             ('[1,2]', '[1,2,3]'), ('[1,2,3]', '[1,2]'), ('[-1]', '[1]'), ('[-128]', '[127]'), ('[1]*2', '[2]'),
             ('[2,-4]*0.5', '[1,-2]'), ('[1]*2', '[1]'), ('[-1]*2', '[-1]'), ('[0,0]*2', '[0,0]*0.25'),
             ('[3]*1e-45', '[1]*3e-45'), ('[127]*3e38', '[126]*3.4e38'), ('[1,1]*2', '[2]')) AS t (a, b);

-- parts: positions from 1, cut at the ends; the scale stays
SELECT start, count, subvector('[1,2,3,4,5]*0.5'::int8vec, start, count)
FROM (VALUES (1, 3), (3, 2), (-1, 3), (0, 2), (4, 9), (5, 1), (1, 5), (4, 2147483647),
             (-2147483640, 2147483647)) AS t (start, count);

-- a bit per element
SELECT binary_quantize('[1,0,-1]'::int8vec), binary_quantize('[0,1,-2,-3,4,5,6,-7,8,-9,127,-128]*0.1'::int8vec);
SELECT length(binary_quantize(array_fill(1, ARRAY[16000])::int8vec));

-- nulls
SELECT '[1]'::int8vec = NULL IS NULL, NULL::int8vec <-> '[1]' IS NULL, vector_dims(NULL::int8vec) IS NULL;
