-- What the tests of all operator classes share (sql/include/classes.sql).
\set ECHO none
\i sql/include/nearest.sql
\set ECHO none

-- Values of small integers, the same everywhere; of sparse vectors one element in eight is not zero. Bits as text.
CREATE FUNCTION value_of(type text, number int, dims int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE type
        WHEN 'bit' THEN string_agg((hash & 1)::text, '' ORDER BY i)
        WHEN 'sparsevec' THEN
            format('{%s}/%s', string_agg(format('%s:%s', i, 1 + (hash & 31)), ',' ORDER BY i)
                              FILTER (WHERE i % 8 = hash >> 8 & 7), dims)
        ELSE format('[%s]', string_agg(((hash & 63) - 32)::text, ',' ORDER BY i)) END
    FROM (SELECT i, hashint4extended(CASE type WHEN 'sparsevec' THEN i / 8 ELSE i END, number) AS hash
          FROM generate_series(1, dims) i) s
$$;
CREATE FUNCTION zero_of(type text, dims int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE type WHEN 'bit' THEN repeat('0', dims)
                     WHEN 'sparsevec' THEN format('{}/%s', dims)
                     ELSE format('[%s]', array_to_string(array_fill(0, ARRAY[dims]), ',')) END
$$;
-- Every class with links of the two kinds, and codes that have no place beside the links.
CREATE TABLE cases (name text, type text, class text, operator text, link_bits text, dims int, rows int);
INSERT INTO cases
SELECT format('%s_%s_%s', type, metric, link_bits), type, format('%s_%s_ops', type, metric),
       CASE metric WHEN 'l2' THEN '<->' WHEN 'ip' THEN '<#>' WHEN 'cosine' THEN '<=>' WHEN 'l1' THEN '<+>'
                   WHEN 'hamming' THEN '<~>' ELSE '<%>' END,
       link_bits, CASE type WHEN 'bit' THEN 50 WHEN 'sparsevec' THEN 64 ELSE 16 END, 600
FROM unnest(ARRAY['vector', 'halfvec', 'sparsevec', 'int8vec', 'bit']) type,
     unnest(ARRAY['l2', 'ip', 'cosine', 'l1', 'hamming', 'jaccard']) metric,
     unnest(ARRAY['auto', '0']) link_bits
WHERE CASE type WHEN 'bit' THEN metric IN ('hamming', 'jaccard')
                WHEN 'int8vec' THEN metric IN ('l2', 'ip', 'cosine')
                ELSE metric NOT IN ('hamming', 'jaccard') END;
INSERT INTO cases VALUES
    ('vector_apart', 'vector', 'vector_l2_ops', '<->', 'auto', 6000, 45),
    ('vector_apart_0', 'vector', 'vector_cosine_ops', '<=>', '0', 9000, 45),
    ('halfvec_apart', 'halfvec', 'halfvec_cosine_ops', '<=>', 'auto', 6000, 45),
    ('halfvec_apart_l1', 'halfvec', 'halfvec_l1_ops', '<+>', 'auto', 9000, 45),
    ('int8vec_apart', 'int8vec', 'int8vec_ip_ops', '<#>', 'auto', 6000, 45),
    ('bit_long', 'bit', 'bit_jaccard_ops', '<%>', 'auto', 3000, 120),
    ('bit_apart', 'bit', 'bit_hamming_ops', '<~>', 'auto', 64000, 45),
    ('sparsevec_long', 'sparsevec', 'sparsevec_ip_ops', '<#>', 'auto', 16000, 45),
    ('sparsevec_long_l1', 'sparsevec', 'sparsevec_l1_ops', '<+>', 'auto', 16000, 45);

-- The rows of their tables: NULLs, zeros, tens of equal rows, pairs, and the rest alone.
CREATE TABLE samples AS
SELECT type, dims, i AS id, CASE WHEN i % 25 = 0 THEN NULL WHEN i % 25 = 1 THEN zero_of(type, dims)
                                 WHEN i % 10 = 2 THEN value_of(type, 7, dims) ELSE value_of(type, i % 400, dims) END
                            AS value
FROM (SELECT type, dims, max(rows) AS rows FROM cases GROUP BY type, dims) s, generate_series(1, rows) i;

-- Makes the tables, and adds rows to them: the share of each table's rows from one point to another.
CREATE FUNCTION make_tables(persistence text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c cases;
BEGIN
    FOR c IN SELECT * FROM cases LOOP
        EXECUTE format('CREATE %s TABLE %I (id int, embedding %s(%s))', persistence, c.name, c.type, c.dims);
    END LOOP;
END $$;
CREATE FUNCTION add_rows(from_share float8, to_share float8) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    c cases;
BEGIN
    FOR c IN SELECT * FROM cases LOOP
        EXECUTE format('INSERT INTO %1$I SELECT id, value::%2$s(%3$s) FROM samples
                        WHERE type = %2$L AND dims = %3$s AND id BETWEEN $1 AND $2', c.name, c.type, c.dims)
        USING 1 + (from_share * c.rows)::int, (to_share * c.rows)::int;
    END LOOP;
END $$;
CREATE FUNCTION make_indexes() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c cases;
BEGIN
    FOR c IN SELECT * FROM cases LOOP
        EXECUTE format('CREATE INDEX ON %I USING hnsw (embedding %s)
                        WITH (m = 6, ef_construction = 32, link_bits = %s)', c.name, c.class, c.link_bits);
    END LOOP;
END $$;

-- Runs a statement on each of them. Only VACUUM needs \gexec.
CREATE FUNCTION on_each(statement text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c cases;
BEGIN
    FOR c IN SELECT * FROM cases LOOP EXECUTE format(statement, c.name); END LOOP;
END $$;

-- Null when all is well. A search as wide as the table gives what sorting gives, to the last row; a narrow one gives
-- every row once.
CREATE FUNCTION wrong_scan(c cases, q text) RETURNS text LANGUAGE plpgsql
SET enable_seqscan = off SET enable_sort = off SET enable_indexscan = on AS $$
DECLARE
    query text := format('SELECT ctid AS row, embedding %s (SELECT %L::%s) AS d FROM %I ORDER BY 2',
                         c.operator, q, c.type || CASE c.type WHEN 'bit' THEN '(' || c.dims || ')' ELSE '' END, c.name);
    plan json;
    by_index float8[];
    by_sort float8[];
    rows tid[];
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
    IF plan::text NOT LIKE '%"Index Scan"%"Order By"%' THEN RETURN 'no index scan'; END IF;
    SET LOCAL hnsw.ef_search = 1000;
    EXECUTE format('SELECT array_agg(d) FROM (%s) s', query) INTO by_index;
    SET LOCAL hnsw.ef_search = 10;
    EXECUTE format('SELECT array_agg(row) FROM (%s) s', query) INTO rows;
    SET LOCAL enable_seqscan = on;
    SET LOCAL enable_sort = on;
    SET LOCAL enable_indexscan = off;
    EXECUTE format('SELECT array_agg(d) FROM (%s) s', query) INTO by_sort;
    IF cardinality(by_index) IS DISTINCT FROM cardinality(by_sort) THEN
        RETURN format('%s rows instead of %s', cardinality(by_index), cardinality(by_sort));
    ELSIF by_index IS DISTINCT FROM by_sort THEN
        RETURN 'not in order';
    ELSIF cardinality(rows) IS DISTINCT FROM cardinality(by_sort) THEN
        RETURN format('narrow: %s rows instead of %s', cardinality(rows), cardinality(by_sort));
    ELSIF cardinality(rows) <> (SELECT count(DISTINCT row) FROM unnest(rows) row) THEN
        RETURN 'narrow: rows come twice';
    END IF;
    RETURN NULL;
END $$;
-- How many scans there were, and what was wrong with some.
CREATE FUNCTION check_scans(OUT scans bigint, OUT wrong text) LANGUAGE sql AS $$
    SELECT count(*), string_agg(format('%s, %s: %s', name, left(q, 20), problem), '; ') FILTER (WHERE problem <> '')
    FROM (SELECT c.name, q, wrong_scan(c, q) AS problem
          FROM cases c, unnest(ARRAY[value_of(type, -1, dims), value_of(type, 7, dims), zero_of(type, dims), NULL]) q) s
$$;
\set ECHO all
