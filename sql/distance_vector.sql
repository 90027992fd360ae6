-- vector: distances and norms

SELECT '[0,0]'::vector <-> '[3,4]', '[1,2]'::vector <-> '[1,2]';
SELECT '[1,2]'::vector <#> '[3,4]', '[1,2]'::vector <#> '[-3,-4]';
SELECT '[1,2]'::vector <=> '[2,4]', '[1,2]'::vector <=> '[-2,1]', '[1,1]'::vector <=> '[-2,-2]';
SELECT '[1,2]'::vector <+> '[3,-1]';

SELECT l2_distance('[0,0]'::vector, '[3,4]'), inner_product('[1,2]'::vector, '[3,4]'),
       cosine_distance('[1,0]'::vector, '[0,2]'), l1_distance('[0,0]'::vector, '[3,-4]');
SELECT vector_l2_squared_distance('[0,0]', '[3,4]'), vector_negative_inner_product('[1,2]', '[3,4]');
SELECT vector_spherical_distance('[1,0]', '[1,0]'), vector_spherical_distance('[1,0]', '[0,1]'),
       vector_spherical_distance('[1,0]', '[-1,0]'), vector_spherical_distance('[2,0]', '[2,0]');

-- every length, so that every tail of a loop is met: sums 1 + 2 + ... + n
SELECT count(*) AS lengths,
       count(*) FILTER (WHERE vector_l2_squared_distance(v, zero) = n
                          AND v <#> v = -n AND v <+> zero = n AND v <=> v = 0) AS right
FROM (SELECT n, array_fill(1, ARRAY[n])::vector AS v, array_fill(0, ARRAY[n])::vector AS zero
      FROM generate_series(1, 200) n) s;
SELECT count(*) AS lengths,
       count(*) FILTER (WHERE v <#> ones = -n * (n + 1) / 2 AND v <+> ones = n * (n - 1) / 2) AS right
FROM (SELECT n, array_agg(i ORDER BY i)::vector AS v, array_fill(1, ARRAY[n])::vector AS ones
      FROM generate_series(1, 100) n, generate_series(1, n) i GROUP BY n) s;
SELECT a <-> b, a <#> b, a <=> b, a <+> b
FROM (SELECT array_fill(3, ARRAY[16000])::vector AS a, array_fill(2, ARRAY[16000])::vector AS b) s;

-- cosine: zero has no direction
SELECT '[0,0]'::vector <=> '[1,2]', '[0,0]'::vector <=> '[0,0]', '[1,2]'::vector <=> '[-0,0]';
-- and squares that leave the range of float do not matter
SELECT '[3e38,0]'::vector <=> '[1e-45,0]', '[3e38,0]'::vector <=> '[0,1e-40]', '[1e-30,0]'::vector <=> '[-1e-30,0]',
       '[3e38,3e38]'::vector <=> '[3e38,3e38]', '[1e38,1]'::vector <=> '[-2e38,1]';
SELECT abs((array_fill(1e-21, ARRAY[n])::vector <=> array_fill(3e-21, ARRAY[n])::vector)) < 1e-6
FROM unnest(ARRAY[1, 10, 100, 16000]) n;
-- always within 0 and 2
SELECT count(*) FROM (SELECT v <=> v AS same, v <=> ((array_fill(-3, ARRAY[7])::vector) * v) AS opposite
      FROM (SELECT ARRAY[i, i * 7 % 5, 1.1, 2.7, i / 3.0, 0.1, 0.3]::vector AS v FROM generate_series(1, 1000) i) s) d
WHERE same NOT BETWEEN 0 AND 1e-6 OR opposite NOT BETWEEN 2 - 1e-6 AND 2;

-- the other distances overflow to infinity
SELECT '[3e38]'::vector <-> '[-3e38]', '[3e38]'::vector <#> '[3e38]', '[3e38]'::vector <#> '[-3e38]',
       '[3e38]'::vector <+> '[-3e38]';

-- norms, in double precision
SELECT vector_norm('[3,4]'), vector_norm('[0,0]'), vector_norm('[-5]'), vector_norm('[3e37,4e37]')::real;
SELECT l2_normalize('[3,4]'::vector), l2_normalize('[0,-0]'::vector), l2_normalize('[-7]'::vector),
       l2_normalize('[3e38]'::vector), l2_normalize('[1e-45]'::vector);

-- planner: a distance is expensive, so cheap conditions are tested first, and it is computed after a sort
SELECT procost, provolatile, proisstrict, proparallel, count(*) FROM pg_proc
WHERE oid IN (SELECT oprcode FROM pg_operator
              WHERE oprleft = 'vector'::regtype AND oprname IN ('<->', '<#>', '<=>', '<+>'))
GROUP BY 1, 2, 3, 4;
CREATE TABLE items (id int, v vector(3));
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE v <-> '[1,2,3]' < 5 AND id = 7;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id, v <-> '[1,2,3]' FROM items ORDER BY id LIMIT 10;
DROP TABLE items;
