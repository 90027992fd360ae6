-- hnsw: vectors of all dimensions and magnitudes. When a row is nearer than the index promised, the executor complains:
-- "index returned tuples in wrong order".
\i sql/include/nearest.sql

-- Asks for all rows, nearest first, from each vector of a table in turn. How often rows were missing, and how often the
-- order was not that of sorting.
CREATE FUNCTION wrong_answers(source text, operator text, OUT missing bigint, OUT disordered bigint)
LANGUAGE plpgsql AS $$
DECLARE
    query text;
    by_index float8[];
    by_sort float8[];
BEGIN
    missing := 0;
    disordered := 0;
    FOR query IN EXECUTE 'SELECT embedding FROM ' || source LOOP
        SELECT * INTO by_index, by_sort FROM nearest(1000, format('embedding %s %L', operator, query), source);
        missing := missing + (ARRAY(SELECT unnest(by_index) AS d ORDER BY d) <> by_sort)::int;
        disordered := disordered + (by_index <> by_sort)::int;
    END LOOP;
END $$;

-- The same for a table made for it: five rows before the index, five after.
CREATE FUNCTION wrong_answers(dims int, link_bits text, class text, operator text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    result bigint;
BEGIN
    EXECUTE format('CREATE TABLE made (embedding vector(%s))', dims);
    INSERT INTO made SELECT vector_of(i, dims) FROM generate_series(1, 5) i;
    EXECUTE format('CREATE INDEX ON made USING hnsw (embedding %I) WITH (link_bits = %s)', class, link_bits);
    INSERT INTO made SELECT vector_of(i, dims) FROM generate_series(6, 10) i;
    SELECT disordered INTO result FROM wrong_answers('made', operator);
    DROP TABLE made;
    RETURN result;
END $$;

CREATE TABLE metrics (class text, operator text);
INSERT INTO metrics VALUES ('vector_l2_ops', '<->'), ('vector_ip_ops', '<#>'), ('vector_cosine_ops', '<=>');

-- all dimensions: within a step of the kernels, around it, one node a page, codes in pieces apart from the node
SELECT dims, array_agg(wrong_answers(dims, 'auto', class, operator))
FROM unnest(ARRAY[1, 2, 3, 31, 32, 33, 2000, 3000, 5000, 16000]) dims, metrics GROUP BY dims ORDER BY dims;
SELECT link_bits, dims, array_agg(wrong_answers(dims, link_bits, class, operator))
FROM unnest(ARRAY['1', '2', '4']) link_bits, unnest(ARRAY[1, 33, 129, 4000]) dims, metrics
GROUP BY link_bits, dims ORDER BY link_bits, dims;

-- magnitudes
CREATE TABLE extremes (embedding vector(8));
INSERT INTO extremes
    -- constant: from the largest to the smallest number
    SELECT array_fill(x, ARRAY[8])::vector
    FROM unnest('{3.4e38, 3e38, 1e20, 1e19, 1, 1e-19, 1e-40, 1e-45, 0, -1e-40, -1, -1e20, -3.4e38}'::real[]) x
    UNION ALL
    -- one element
    SELECT (SELECT array_agg(CASE i WHEN hot THEN x ELSE 0 END ORDER BY i) FROM generate_series(1, 8) i)::vector
    FROM unnest('{3.4e38, 1, -1, 1e-45}'::real[]) x, unnest(ARRAY[1, 2, 8]) hot
    UNION ALL
    -- mixed
    SELECT x::vector
    FROM unnest(ARRAY['[3e38,-3e38,3e38,-3e38,1,1,1,1]', '[1e-40,3e38,0,0,0,0,0,0]', '[1e-30,1,0,0,0,0,0,0]',
                      '[1e10,1e20,1e30,1,1e-10,1e-20,1e-30,0]', '[16777216,1,1,1,1,1,1,1]',
                      '[16777216,1,1,1,1,1,1,2]']) x;
INSERT INTO extremes SELECT vector_of(i, 8) FROM generate_series(1, 20) i;
CREATE TABLE inserted (embedding vector(8));
CREATE INDEX ON extremes USING hnsw (embedding vector_l2_ops);
CREATE INDEX ON extremes USING hnsw (embedding vector_ip_ops);
CREATE INDEX ON extremes USING hnsw (embedding vector_cosine_ops);
CREATE INDEX ON inserted USING hnsw (embedding vector_l2_ops);
CREATE INDEX ON inserted USING hnsw (embedding vector_ip_ops);
CREATE INDEX ON inserted USING hnsw (embedding vector_cosine_ops);
INSERT INTO inserted SELECT embedding FROM extremes;
SET hnsw.ef_search = 1000;
SELECT source, operator, missing, disordered
FROM unnest(ARRAY['extremes', 'inserted']) source, metrics, wrong_answers(source, operator)
ORDER BY source, class;
-- a search that sees one row at a time finds them late, but finds them
SET hnsw.ef_search = 1;
SELECT source, operator, missing
FROM unnest(ARRAY['extremes', 'inserted']) source, metrics, wrong_answers(source, operator)
ORDER BY source, class;
RESET hnsw.ef_search;

-- so nearly equal that many share a node, and yet in exact order
CREATE TABLE near (embedding vector(2));
INSERT INTO near SELECT ARRAY[i / 10.0, 100]::vector FROM generate_series(1, 100) i;
INSERT INTO near SELECT ARRAY[16777216, i / 10.0]::vector FROM generate_series(1, 100) i;
CREATE INDEX near_l2 ON near USING hnsw (embedding vector_l2_ops);
CREATE INDEX near_ip ON near USING hnsw (embedding vector_ip_ops);
CREATE INDEX near_cosine ON near USING hnsw (embedding vector_cosine_ops);
INSERT INTO near SELECT ARRAY[i / 15.0, 100]::vector FROM generate_series(1, 100) i;
SET hnsw.ef_search = 1000;
SELECT operator, missing, disordered FROM metrics, wrong_answers('near', operator) ORDER BY class;
RESET hnsw.ef_search;

DROP TABLE metrics, extremes, inserted, near;
DROP FUNCTION wrong_answers(text, text), wrong_answers(int, text, text, text);
