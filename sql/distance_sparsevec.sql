-- sparsevec: distances and norms

SELECT '{}/2'::sparsevec <-> '{1:3,2:4}/2', '{1:1,2:2}/2'::sparsevec <-> '{1:1,2:2}/2',
       '{1:3}/2'::sparsevec <-> '{2:4}/2';
SELECT '{1:1,2:2}/2'::sparsevec <#> '{1:3,2:4}/2', '{1:1,2:2}/2'::sparsevec <#> '{1:-3,2:-4}/2',
       '{1:1}/2'::sparsevec <#> '{2:1}/2' = 0;
SELECT '{1:1,2:2}/2'::sparsevec <=> '{1:2,2:4}/2', '{1:1,2:2}/2'::sparsevec <=> '{1:-2,2:1}/2',
       '{1:1,2:1}/2'::sparsevec <=> '{1:-2,2:-2}/2', '{1:1}/2'::sparsevec <=> '{2:1}/2';
SELECT '{1:1,2:2}/2'::sparsevec <+> '{1:3,2:-1}/2', '{1:1}/2'::sparsevec <+> '{2:-1}/2';

SELECT l2_distance('{}/2'::sparsevec, '{1:3,2:4}/2'), inner_product('{1:1,2:2}/2'::sparsevec, '{1:3,2:4}/2'),
       cosine_distance('{1:1}/2'::sparsevec, '{2:2}/2'), l1_distance('{}/2'::sparsevec, '{1:3,2:-4}/2');
SELECT sparsevec_l2_squared_distance('{}/2', '{1:3,2:4}/2'),
       sparsevec_negative_inner_product('{1:1,2:2}/2', '{1:3,2:4}/2');

-- positions that are far apart
SELECT '{1:3,1000000000:5}/1000000000'::sparsevec <-> '{1:3,999999999:12}/1000000000';

-- as for the vectors they stand for, however the positions lie: every element in -2..2 in a pattern of zeros
SELECT count(*) AS pairs,
       count(*) FILTER (WHERE a::sparsevec <-> b::sparsevec = a <-> b
                          AND a::sparsevec <#> b::sparsevec = a <#> b
                          AND a::sparsevec <+> b::sparsevec = a <+> b
                          AND abs((a::sparsevec <=> b::sparsevec) - (a <=> b)) < 1e-6) AS same
FROM (SELECT (SELECT array_agg(((hashint4extended(n, i) & 3) % 3 - 1) * ((hashint4extended(n, -i) & 1) + 1)
                               ORDER BY i)::real[]::vector FROM generate_series(1, n % 20 + 2) i) AS a,
             (SELECT array_agg(((hashint4extended(-n, i) & 3) % 3 - 1) * ((hashint4extended(-n, -i) & 1) + 1)
                               ORDER BY i)::real[]::vector FROM generate_series(1, n % 20 + 2) i) AS b
      FROM generate_series(1, 1000) n) s
WHERE l1_distance(a, a - a) > 0 AND l1_distance(b, b - b) > 0;
SELECT sparsevec_l2_squared_distance(a, b), a <#> b, a <=> b, a <+> b
FROM (SELECT array_fill(3, ARRAY[16000])::sparsevec AS a, array_fill(2, ARRAY[16000])::sparsevec AS b) s;

-- summed in double precision: 2^24 and 3 ones, which float would lose one by one, then rounded to float
SELECT l1_distance('{1:16777216,2:1,3:1}/4'::sparsevec, '{}/4'),
       l1_distance('{1:16777216,2:1,3:1,4:1}/4'::sparsevec, '{}/4');

-- cosine: zero has no direction
SELECT '{}/2'::sparsevec <=> '{1:1,2:2}/2', '{}/2'::sparsevec <=> '{}/2', '{1:1,2:2}/2'::sparsevec <=> '{}/2';
-- and squares that leave the range of float do not matter
SELECT '{1:3e38}/2'::sparsevec <=> '{1:1e-45}/2', '{1:3e38}/2'::sparsevec <=> '{2:1e-40}/2',
       '{1:1e-30}/2'::sparsevec <=> '{1:-1e-30}/2', '{1:1e38,2:1}/2'::sparsevec <=> '{1:-2e38,2:1}/2';
-- always within 0 and 2
SELECT count(*) FROM (SELECT v <=> v AS same, v <=> w AS opposite
      FROM (SELECT ARRAY[i, 0, i * 7 % 5, 1.1, 0, 2.7, i / 3.0, 0.1, 0.3]::sparsevec AS v,
                   ARRAY[-i, 0, -i * 7 % 5, -1.1, 0, -2.7, -i / 3.0, -0.1, -0.3]::sparsevec AS w
            FROM generate_series(1, 1000) i) s) d
WHERE same NOT BETWEEN 0 AND 1e-6 OR opposite NOT BETWEEN 2 - 1e-6 AND 2;

-- the other distances overflow to infinity
SELECT '{1:3e38}/1'::sparsevec <-> '{1:-3e38}/1', '{1:3e38}/1'::sparsevec <#> '{1:3e38}/1',
       '{1:3e38}/1'::sparsevec <#> '{1:-3e38}/1', '{1:3e38}/1'::sparsevec <+> '{1:-3e38}/1';

-- norms
SELECT l2_norm('{1:3,2:4}/2'::sparsevec), l2_norm('{}/2'::sparsevec), l2_norm('{1:-5}/9'::sparsevec),
       l2_norm('{1:3e37,2:4e37}/2'::sparsevec)::real;
SELECT l2_normalize('{1:3,9:4}/9'::sparsevec), l2_normalize('{}/2'::sparsevec), l2_normalize('{1:-7}/1'::sparsevec),
       l2_normalize('{1:3e38}/1'::sparsevec), l2_normalize('{1:1e-45}/1'::sparsevec);
-- what becomes zero is not stored
SELECT l2_normalize('{1:1e-20,2:3e38,3:1e-45,4:-1e-45}/5'::sparsevec);

-- nulls
SELECT '{}/1'::sparsevec <-> NULL IS NULL, l2_norm(NULL::sparsevec) IS NULL;

-- planner: a distance is expensive
SELECT procost, provolatile, proisstrict, proparallel, count(*) FROM pg_proc
WHERE oid IN (SELECT oprcode FROM pg_operator
              WHERE oprleft = 'sparsevec'::regtype AND oprname IN ('<->', '<#>', '<=>', '<+>'))
GROUP BY 1, 2, 3, 4;
