-- hnsw: code_bits, the precision of nodes, and what the executor need not do any more
\i sql/include/nearest.sql
SET hnsw.ef_search = 1000;

-- Vectors in ten clusters, some of them equal, some equal up to the last digits.
CREATE FUNCTION clustered(number int, dims int) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg((hashint4extended(number % 10, i) & 63)::float4
                     + (hashint4extended(number / 3, i) & 15) / 4.0::float4
                     + CASE number % 3 WHEN 1 THEN (hashint4extended(number, i) & 1) * 1e-4::float4 ELSE 0 END
                     ORDER BY i)::vector
    FROM generate_series(1, dims) i
$$;
CREATE TABLE sets (dims int, code_bits text, metric text, operator text);
INSERT INTO sets
SELECT dims, code_bits, metric, operator
FROM unnest(ARRAY[4, 100, 768]) dims, unnest(ARRAY['8', '16', 'auto']) code_bits,
     (VALUES ('l2', '<->'), ('ip', '<#>'), ('cosine', '<=>')) m (metric, operator);

-- rows come in exact order, whatever the precision; after inserts, updates and VACUUM as well
CREATE FUNCTION disorder(dims int, operator text, source text) RETURNS bigint LANGUAGE plpgsql
SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
    query text := format('SELECT embedding FROM %s ORDER BY embedding %s $1 LIMIT 60', source, operator);
    plan json;
    q vector;
    distances float8[];
    wrong bigint := 0;
BEGIN
    FOR i IN 1..10 LOOP
        q := clustered(-i, dims);
        EXECUTE 'EXPLAIN (FORMAT JSON) ' || query USING q INTO plan;
        ASSERT plan::text LIKE '%"Index Scan"%"Order By"%', 'no index scan for ' || query;
        EXECUTE format('SELECT array_agg(embedding %s $1) FROM (%s) s', operator, query) USING q INTO distances;
        wrong := wrong + (cardinality(distances) <> 60 OR NOT is_sorted(distances))::int;
    END LOOP;
    RETURN wrong;
END $$;
CREATE FUNCTION check_set(s sets) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
BEGIN
    DROP TABLE IF EXISTS items;
    EXECUTE format('CREATE TABLE items (id int, other int, embedding vector(%s))', s.dims);
    INSERT INTO items SELECT i, i, clustered(i, s.dims) FROM generate_series(1, 200) i;
    EXECUTE format('CREATE INDEX ON items USING hnsw (embedding vector_%s_ops) WITH (code_bits = %s)',
                   s.metric, s.code_bits);
    CREATE INDEX ON items (other);
    before := disorder(s.dims, s.operator, 'items');
    INSERT INTO items SELECT i, i, clustered(i, s.dims) FROM generate_series(201, 400) i;
    UPDATE items SET other = -other WHERE id % 2 = 0;
    DELETE FROM items WHERE id % 7 = 0;
    RETURN format('%s, then %s', before, disorder(s.dims, s.operator, 'items'));
END $$;
SELECT s.*, check_set(s) FROM sets s ORDER BY dims, code_bits, metric;
VACUUM items;
SELECT disorder(768, '<->', 'items');

-- Vectors in a row, nearer to one another than codes of eight bits can tell.
CREATE FUNCTION stretched(place numeric) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg((hashint4extended(1, i) & 63) * (1 + place / 200) ORDER BY i)::vector
    FROM generate_series(1, 768) i
$$;
-- Pages that a search for ten rows reads.
CREATE FUNCTION table_pages(query text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    plan json;
    sum numeric := 0;
BEGIN
    FOR i IN 1..20 LOOP
        EXECUTE format('EXPLAIN (ANALYZE, BUFFERS, TIMING off, FORMAT JSON) ' || query, stretched(i * 15 + 0.3))
            INTO plan;
        ASSERT plan::text LIKE '%"Index Scan"%"Order By"%', 'no index scan for ' || query;
        sum := sum + (plan->0->'Plan'->>'Shared Hit Blocks')::numeric
                   + (plan->0->'Plan'->>'Shared Read Blocks')::numeric;
    END LOOP;
    RETURN sum / 20;
END $$;
-- vectors that are kept out of line are not fetched to be put in order; and not for a distance that nobody asked for
CREATE TABLE long (id int, embedding vector(768));
INSERT INTO long SELECT i, stretched(i) FROM generate_series(1, 300) i;
CREATE INDEX long_index ON long USING hnsw (embedding vector_l2_ops) WITH (code_bits = 8);
SET enable_seqscan = off;
SET hnsw.ef_search = 20;
SELECT table_pages('SELECT id FROM long ORDER BY embedding <-> %L LIMIT 10') AS coarse \gset
DROP INDEX long_index;
CREATE INDEX long_index ON long USING hnsw (embedding vector_l2_ops);
SELECT table_pages('SELECT id FROM long ORDER BY embedding <-> %L LIMIT 10') AS fine \gset
SELECT table_pages('SELECT id, embedding <-> %1$L FROM long ORDER BY embedding <-> %1$L LIMIT 10') AS selected \gset
SELECT :coarse > :fine + 20 AS coarse_codes_fetch, :selected > :fine + 20 AS selected_distances_fetch;

-- where there are refined codes
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT type, class, bits,
       error_of(format('CREATE TABLE t (embedding %s);
                        CREATE INDEX ON t USING hnsw (embedding %s) WITH (code_bits = %s);
                        DROP TABLE t', type, class, bits))
FROM (VALUES ('vector(3)', 'vector_l2_ops'), ('halfvec(1500)', 'halfvec_ip_ops'),
             ('int8vec(100)', 'int8vec_cosine_ops'), ('vector(6000)', 'vector_l2_ops'),
             ('vector(100)', 'vector_l1_ops'), ('bit(64)', 'bit_hamming_ops'),
             ('sparsevec(10)', 'sparsevec_l2_ops')) t (type, class), unnest(ARRAY['8', '16']) bits
ORDER BY type COLLATE "C", bits;
SELECT error_of('CREATE INDEX ON long USING hnsw (embedding vector_l2_ops) WITH (code_bits = 12)');
DROP FUNCTION check_set, clustered, disorder, error_of, stretched, table_pages;
DROP TABLE items, long, sets;
