-- int8vec: distances and norms

SELECT '[0,0]'::int8vec <-> '[3,4]', '[1,2]'::int8vec <-> '[1,2]', '[0,0]*9'::int8vec <-> '[6,8]*0.5';
SELECT '[1,2]'::int8vec <#> '[3,4]', '[1,2]'::int8vec <#> '[-3,-4]', '[1,2]*2'::int8vec <#> '[3,4]*0.5';
SELECT '[1,2]'::int8vec <=> '[2,4]', '[1,2]'::int8vec <=> '[-2,1]*3', '[1,1]*0.1'::int8vec <=> '[-2,-2]';
SELECT l2_distance('[0,0]'::int8vec, '[3,4]'), inner_product('[1,2]'::int8vec, '[3,4]'),
       cosine_distance('[1,0]'::int8vec, '[0,2]');
SELECT int8vec_l2_squared_distance('[0,0]', '[3,4]*2'), int8vec_negative_inner_product('[1,2]', '[3,4]*2');

-- every length, so that every tail of a loop is met: sums 1 + 2 + ... + n
SELECT count(*) AS lengths,
       count(*) FILTER (WHERE int8vec_l2_squared_distance(v, zero) = n AND v <#> v = -n AND v <=> v = 0) AS right
FROM (SELECT n, array_fill(1, ARRAY[n])::int8vec AS v, array_fill(0, ARRAY[n])::int8vec AS zero
      FROM generate_series(1, 300) n) s;
SELECT count(*) AS lengths, count(*) FILTER (WHERE v <#> ones = -n * (n + 1) / 2) AS right
FROM (SELECT n, array_agg(i ORDER BY i)::int8vec AS v, array_fill(1, ARRAY[n])::int8vec AS ones
      FROM generate_series(1, 127) n, generate_series(1, n) i GROUP BY n) s;

-- the same as of the vectors that are stood for
SELECT count(*),
       count(*) FILTER (WHERE abs(int8vec_l2_squared_distance(a, b) -
                                  vector_l2_squared_distance(a::vector, b::vector)) < 1e-3
                          AND abs((a <#> b) - (a::vector <#> b::vector)) < 1e-3
                          AND abs((a <=> b) - (a::vector <=> b::vector)) < 1e-3) AS right
FROM (SELECT format('[%s,%s,%s]*0.03', i % 256 - 128, i * 7 % 256 - 128, i * 77 % 255 - 127)::int8vec AS a,
             format('[%s,%s,%s]*0.02', i * 3 % 256 - 128, i * 5 % 256 - 128, i * 99 % 255 - 127)::int8vec AS b
      FROM generate_series(1, 1000) i) s;

-- extremes are exact: 16000 * 128 * 128 and 16000 * 255 * 255
SELECT a <#> a, a <#> b, int8vec_l2_squared_distance(a, b), a <-> a, a <=> a, a <=> b
FROM (SELECT array_fill(-128, ARRAY[16000])::int8vec AS a, array_fill(127, ARRAY[16000])::int8vec AS b) s;

-- equal vectors are at distance 0, whatever their scales
SELECT count(*), count(*) FILTER (WHERE a = b AND a <-> b = 0) AS zero
FROM (SELECT format('[%s,%s]*%s', i % 43 * 3, -i % 41 * 3, s)::int8vec AS a,
             format('[%s,%s]*%s', i % 43, -i % 41, (3 * s::float8)::real)::int8vec AS b
      FROM generate_series(1, 1000) i, unnest(ARRAY['0.25', '7', '1e30', '1.1e-30']) s
      WHERE (3 * s::float8)::real::float8 = 3 * s::real::float8) s;

-- cosine: zero has no direction
SELECT '[0,0]'::int8vec <=> '[1,2]', '[0,0]'::int8vec <=> '[0,0]*3', '[1,2]'::int8vec <=> '[0,0]';

-- scales of every size: nothing overflows, and the cosine does not see them
SELECT '[127]*3e38'::int8vec <-> '[-127]*3e38' > 7e40, '[127]*3e38'::int8vec <#> '[127]*3e38' < -1e81,
       '[1,0]*1e-45'::int8vec <-> '[0,0]' > 0, '[3,4]*3e38'::int8vec <=> '[6,8]*1e-45';

-- norms
SELECT l2_norm('[3,4]'::int8vec), l2_norm('[3,4]*0.5'::int8vec), l2_norm('[0,0]*2'::int8vec),
       l2_norm('[-5]*2'::int8vec), l2_norm(array_fill(-128, ARRAY[10000])::int8vec);
SELECT l2_normalize('[3,4]'::int8vec), l2_normalize('[30,40]*9'::int8vec), l2_normalize('[0,0]*2'::int8vec),
       l2_normalize('[-2]*3e38'::int8vec);

-- planner: a distance is expensive, so cheap conditions are tested first
SELECT procost, provolatile, proisstrict, proparallel, count(*) FROM pg_proc
WHERE oid IN (SELECT oprcode FROM pg_operator
              WHERE oprleft = 'int8vec'::regtype AND oprname IN ('<->', '<#>', '<=>'))
GROUP BY 1, 2, 3, 4;
