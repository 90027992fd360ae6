-- Rights: what an ordinary role may do, and what a missing right does. The extension itself needs a superuser.
\set ECHO none
\i sql/include/nearest.sql
\set VERBOSITY terse
SET client_min_messages = warning;

CREATE ROLE regress_reader;
CREATE ROLE regress_owner;
CREATE SCHEMA owned;
GRANT USAGE, CREATE ON SCHEMA owned TO regress_owner;

-- tables and indexes with all types, filled, changed and cleaned
SET ROLE regress_owner;
CREATE TABLE owned.items (id int PRIMARY KEY, v vector(3), h halfvec(3), s sparsevec(3), i int8vec(3), b bit(8));
INSERT INTO owned.items
SELECT n, v, v, v, v::int8vec, n::bit(8) FROM generate_series(1, 200) n, vector_of(n, 3) v;
CREATE INDEX items_v ON owned.items USING hnsw (v vector_l2_ops, id) WITH (m = 8);
CREATE INDEX items_h ON owned.items USING hnsw (h halfvec_cosine_ops);
CREATE INDEX items_s ON owned.items USING hnsw (s sparsevec_ip_ops);
CREATE INDEX items_i ON owned.items USING hnsw (i int8vec_l2_ops);
CREATE INDEX items_b ON owned.items USING hnsw (b bit_hamming_ops);
CREATE INDEX ON owned.items (v);
CREATE INDEX ON owned.items USING hash (v);
UPDATE owned.items SET v = v + '[1,1,1]' WHERE id % 3 = 0;
DELETE FROM owned.items WHERE id % 3 = 1;
VACUUM ANALYZE owned.items;
ALTER INDEX owned.items_v SET (ef_construction = 50);
REINDEX INDEX owned.items_v;
SELECT count(*) FROM (SELECT FROM owned.items ORDER BY v <-> '[1,2,3]' LIMIT 10) s;

-- every setting
SELECT name, setting = set_config(name, setting, false) FROM pg_settings WHERE name LIKE 'hnsw.%' ORDER BY name;
SELECT name, context FROM pg_settings WHERE name LIKE 'hnsw.%' AND context <> 'user';

-- no right to read the table, then only some columns of it
SET ROLE regress_reader;
SELECT id FROM owned.items ORDER BY v <-> '[1,2,3]' LIMIT 1;
RESET ROLE;
GRANT USAGE ON SCHEMA owned TO regress_reader;
SET ROLE regress_reader;
SELECT id FROM owned.items ORDER BY v <-> '[1,2,3]' LIMIT 1;
SELECT id FROM owned.items WHERE id > 5 ORDER BY v <-> '[1,2,3]' LIMIT 1;
RESET ROLE;
GRANT SELECT (id) ON owned.items TO regress_reader;
SET ROLE regress_reader;
SELECT id FROM owned.items WHERE id > 5 ORDER BY v <-> '[1,2,3]' LIMIT 1;
DROP INDEX owned.items_v;
RESET ROLE;
GRANT SELECT ON owned.items TO regress_reader;

-- How a query is planned, and what becomes of it.
CREATE FUNCTION run(query text, OUT plan text, OUT result text)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE found json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO found;
    plan := substring(found::text FROM '"(Index Scan|HnswScan|Seq Scan)"');
    EXECUTE 'SELECT count(*) || '' rows'' FROM (' || query || ') s' INTO result;
EXCEPTION WHEN OTHERS THEN
    result := SQLSTATE || ' ' || SQLERRM;
END $$;

-- a distance function that may not be called: computed, by an index, by a search that knows the condition
CREATE TABLE owned.queries (n serial, query text);
INSERT INTO owned.queries (query) VALUES
    ($$SELECT v <-> '[1,2,3]' FROM owned.items$$),
    ($$SELECT id FROM owned.items ORDER BY v <-> '[1,2,3]'$$),
    ($$SELECT id FROM owned.items WHERE id > 5 ORDER BY v <-> '[1,2,3]' LIMIT 1$$),
    ($$SELECT id FROM owned.items WHERE v <-> '[1,2,3]' < 5 ORDER BY v <-> '[1,2,3]' LIMIT 1$$),
    ($$SELECT id FROM owned.items WHERE id > 5 ORDER BY h <=> '[1,2,3]' LIMIT 1$$);
GRANT SELECT ON owned.queries TO regress_reader;
SET ROLE regress_reader;
SELECT n, run.* FROM owned.queries, run(query) ORDER BY n;
BEGIN;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION l2_distance(vector, vector) FROM public;
SET ROLE regress_reader;
SELECT n, result FROM owned.queries, run(query) ORDER BY n;
ROLLBACK;
RESET ROLE;

-- a condition of a policy comes before those of a query, whatever they tell
BEGIN;
SET ROLE regress_owner;
CREATE FUNCTION owned.tell(id int) RETURNS boolean LANGUAGE plpgsql STABLE COST 0.0001 AS $$
BEGIN
    ASSERT id > 150, 'told ' || id;
    RETURN true;
END $$;
ALTER TABLE owned.items ENABLE ROW LEVEL SECURITY;
CREATE POLICY new_ones ON owned.items USING (id > 150);
SET ROLE regress_reader;
SELECT * FROM run($$SELECT id FROM owned.items WHERE owned.tell(id) ORDER BY v <-> '[1,2,3]' LIMIT 5$$);
SET LOCAL hnsw.filter_strategy = stream;
SELECT * FROM run($$SELECT id FROM owned.items WHERE owned.tell(id) ORDER BY v <-> '[1,2,3]' LIMIT 5$$);
SET LOCAL hnsw.filter_strategy = attr;
SELECT * FROM run($$SELECT id FROM owned.items WHERE owned.tell(id) ORDER BY v <-> '[1,2,3]' LIMIT 5$$);
SET LOCAL hnsw.filter_strategy = allow;
SELECT * FROM run($$SELECT id FROM owned.items WHERE owned.tell(id) ORDER BY v <-> '[1,2,3]' LIMIT 5$$);
SET LOCAL hnsw.filter_strategy = exact;
SELECT * FROM run($$SELECT id FROM owned.items WHERE owned.tell(id) ORDER BY v <-> '[1,2,3]' LIMIT 5$$);
SET LOCAL hnsw.enable_filtered_scan = off;
SELECT * FROM run($$SELECT id FROM owned.items WHERE owned.tell(id) ORDER BY v <-> '[1,2,3]' LIMIT 5$$);
ROLLBACK;

-- the extension: created by a superuser, or by nobody
BEGIN;
DROP EXTENSION vectorhnsw CASCADE;
SET ROLE regress_owner;
CREATE EXTENSION vectorhnsw SCHEMA owned;
ROLLBACK;
BEGIN;
SET ROLE regress_owner;
DROP EXTENSION vectorhnsw CASCADE;
ROLLBACK;
SELECT superuser, trusted FROM pg_available_extension_versions WHERE name = 'vectorhnsw' AND installed;

RESET ROLE;
DROP FUNCTION run;
DROP SCHEMA owned CASCADE;
DROP ROLE regress_reader, regress_owner;
