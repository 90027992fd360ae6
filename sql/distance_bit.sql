-- bit: Hamming and Jaccard distance

SELECT B'111' <~> B'111', B'111' <~> B'110', B'111' <~> B'000', B'101' <~> B'010', B'' <~> B'';
SELECT B'1111' <%> B'1111', B'1111' <%> B'1110', B'1111' <%> B'0000', B'1100' <%> B'1000', B'0000' <%> B'0000',
       B'' <%> B'';
SELECT hamming_distance(B'1100', B'1010'), jaccard_distance(B'1100', B'1010')::real;

-- every length, so that every tail of a loop is met: ones, zeros, and ones in every other place
SELECT count(*) AS lengths,
       count(*) FILTER (WHERE ones <~> zeros = n AND ones <~> odd = n - (n + 1) / 2 AND odd <~> zeros = (n + 1) / 2
                          AND ones <~> ones = 0) AS hamming,
       count(*) FILTER (WHERE ones <%> zeros = 1 AND ones <%> odd = 1 - ((n + 1) / 2) / n::float8
                          AND odd <%> ones = ones <%> odd AND odd <%> odd = 0) AS jaccard
FROM (SELECT n, repeat('1', n)::varbit AS ones, repeat('0', n)::varbit AS zeros, left(repeat('10', n), n)::varbit AS odd
      FROM generate_series(1, 1100) n) s;
SELECT a <~> b, a <%> b FROM (SELECT repeat('11', 32000)::varbit AS a, repeat('10', 32000)::varbit AS b) s;
SELECT a <~> b, a <%> b > 0.9999998
FROM (SELECT repeat('1', 10000001)::varbit AS a, repeat('0', 10000000)::varbit || B'1' AS b) s;

-- columns, also out of the row; what binary_quantize makes
CREATE TABLE items (id int, b bit(3), long bit(64000));
ALTER TABLE items ALTER long SET STORAGE EXTERNAL;
INSERT INTO items SELECT i, i::bit(3), repeat(i::bit(8)::text, 8000)::varbit FROM generate_series(0, 7) i;
SELECT id, b, b <~> B'111' AS hamming, (b <%> B'011')::real AS jaccard FROM items ORDER BY 3, 4, 1;
SELECT id, long <~> repeat('00000011', 8000)::varbit AS hamming FROM items ORDER BY 2, 1 LIMIT 3;
SELECT binary_quantize('[1,-1,1]'::vector) <~> B'111';
DROP TABLE items;

-- nulls
SELECT B'1' <~> NULL IS NULL, NULL::bit <%> B'1' IS NULL;

-- different lengths
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$B'11' <~> B'111'$$, $$B'' <~> B'1'$$, $$B'11' <%> B'111'$$, $$hamming_distance(B'1111', B'111')$$,
                  $$jaccard_distance(B'1', B'')$$]) q;
DROP FUNCTION error_of;
