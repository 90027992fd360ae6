-- halfvec: distances and norms

SELECT '[0,0]'::halfvec <-> '[3,4]', '[1,2]'::halfvec <-> '[1,2]';
SELECT '[1,2]'::halfvec <#> '[3,4]', '[1,2]'::halfvec <#> '[-3,-4]';
SELECT '[1,2]'::halfvec <=> '[2,4]', '[1,2]'::halfvec <=> '[-2,1]', '[1,1]'::halfvec <=> '[-2,-2]';
SELECT '[1,2]'::halfvec <+> '[3,-1]';

SELECT l2_distance('[0,0]'::halfvec, '[3,4]'), inner_product('[1,2]'::halfvec, '[3,4]'),
       cosine_distance('[1,0]'::halfvec, '[0,2]'), l1_distance('[0,0]'::halfvec, '[3,-4]');
SELECT halfvec_l2_squared_distance('[0,0]', '[3,4]'), halfvec_negative_inner_product('[1,2]', '[3,4]');
SELECT halfvec_spherical_distance('[1,0]', '[1,0]'), halfvec_spherical_distance('[1,0]', '[0,1]'),
       halfvec_spherical_distance('[1,0]', '[-1,0]'), halfvec_spherical_distance('[2,0]', '[2,0]');

-- every length, so that every tail of a loop is met: sums 1 + 2 + ... + n
SELECT count(*) AS lengths,
       count(*) FILTER (WHERE halfvec_l2_squared_distance(v, zero) = n
                          AND v <#> v = -n AND v <+> zero = n AND v <=> v = 0) AS right
FROM (SELECT n, array_fill(1, ARRAY[n])::halfvec AS v, array_fill(0, ARRAY[n])::halfvec AS zero
      FROM generate_series(1, 200) n) s;
SELECT count(*) AS lengths,
       count(*) FILTER (WHERE v <#> ones = -n * (n + 1) / 2 AND v <+> ones = n * (n - 1) / 2) AS right
FROM (SELECT n, array_agg(i ORDER BY i)::halfvec AS v, array_fill(1, ARRAY[n])::halfvec AS ones
      FROM generate_series(1, 100) n, generate_series(1, n) i GROUP BY n) s;
SELECT a <-> b, a <#> b, a <=> b, a <+> b
FROM (SELECT array_fill(3, ARRAY[16000])::halfvec AS a, array_fill(2, ARRAY[16000])::halfvec AS b) s;
-- the distance is that of the vectors with the same elements
SELECT count(*) FILTER (WHERE (a <-> b) = (a::vector <-> b::vector) AND (a <#> b) = (a::vector <#> b::vector)
                          AND (a <=> b) = (a::vector <=> b::vector) AND (a <+> b) = (a::vector <+> b::vector)) AS same
FROM (SELECT array_agg(sin(i * 7 + n))::halfvec AS a, array_agg(cos(i * i - n))::halfvec AS b
      FROM generate_series(1, 100) n, generate_series(1, n) i GROUP BY n) s;

-- cosine: zero has no direction
SELECT '[0,0]'::halfvec <=> '[1,2]', '[0,0]'::halfvec <=> '[0,0]', '[1,2]'::halfvec <=> '[-0,0]';
-- the extremes of the type
SELECT '[65504,0]'::halfvec <=> '[6e-8,0]', '[65504,0]'::halfvec <=> '[0,6e-8]', '[6e-8,0]'::halfvec <=> '[-6e-8,0]';
SELECT abs((array_fill(6e-8, ARRAY[n])::halfvec <=> array_fill(65504, ARRAY[n])::halfvec)) < 1e-6
FROM unnest(ARRAY[1, 10, 100, 16000]) n;
SELECT '[65504]'::halfvec <-> '[-65504]', '[65504]'::halfvec <#> '[0.5]', '[65504]'::halfvec <+> '[-65504]',
       '[5.9604645e-8]'::halfvec <+> '[-5.9604645e-8]' = 2 ^ -23 AS subnormal;

-- norms, in double precision
SELECT l2_norm('[3,4]'::halfvec), l2_norm('[0,0]'::halfvec), l2_norm('[-5]'::halfvec),
       l2_norm('[30000,40000]'::halfvec);
SELECT l2_normalize('[3,4]'::halfvec), l2_normalize('[0,-0]'::halfvec), l2_normalize('[-7]'::halfvec),
       l2_normalize('[65504]'::halfvec), l2_normalize('[6e-8]'::halfvec);

-- distances of vectors that are stored out of the row, remembered within a statement
CREATE TABLE large (id int, v halfvec(2000));
INSERT INTO large SELECT i, array_fill(i, ARRAY[2000])::halfvec FROM generate_series(1, 3) i;
SELECT id, v <#> q AS ip, v <#> q AS again, v <=> q AS cosine, q <#> v AS swapped
FROM large, (SELECT array_fill(1, ARRAY[2000])::halfvec AS q) s ORDER BY v <#> q, id;
SELECT a.id, b.id, a.v <#> b.v AS ip FROM large a, large b ORDER BY 1, 2;
DROP TABLE large;

-- planner: a distance is expensive, so cheap conditions are tested first, and it is computed after a sort
SELECT procost, provolatile, proisstrict, proparallel, count(*) FROM pg_proc
WHERE oid IN (SELECT oprcode FROM pg_operator
              WHERE oprleft = 'halfvec'::regtype AND oprname IN ('<->', '<#>', '<=>', '<+>'))
GROUP BY 1, 2, 3, 4;
CREATE TABLE items (id int, v halfvec(3));
EXPLAIN (COSTS OFF) SELECT id FROM items WHERE v <-> '[1,2,3]' < 5 AND id = 7;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id, v <-> '[1,2,3]' FROM items ORDER BY id LIMIT 10;
DROP TABLE items;
