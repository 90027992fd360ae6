-- What `calibrate` measures: tables, shapes of statements, rounds. Everything lives in a schema of its own.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS calibrate CASCADE;
CREATE SCHEMA calibrate;
SET search_path = calibrate, public;
CREATE EXTENSION IF NOT EXISTS vectorhnsw SCHEMA public;
SET max_parallel_workers_per_gather = 0;
SET jit = off;
SET work_mem = '64MB';
SET maintenance_work_mem = '256MB';

-- Tables ----------------------------------------------------------------------------------------------------
-- Vectors on a curved surface of ten dimensions: graphs search them as they do real ones. r is a random
-- permutation, c the order of the table, f has no index.
CREATE FUNCTION surface(dims int, u float8[]) RETURNS vector LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(sin(u[1 + j % 10] * (1 + j % 7) + 2 * u[1 + (3 * j + j / 10) % 10])::real ORDER BY j)::vector
    FROM generate_series(0, dims - 1) j $$;
CREATE FUNCTION random10() RETURNS float8[] LANGUAGE sql VOLATILE AS
    'SELECT ARRAY[random(), random(), random(), random(), random(), random(), random(), random(), random(), random()]';
CREATE TABLE plain (id int, a int, b int);
CREATE TABLE near (id int, r int, c int, f int, v vector(128));
CREATE TABLE wide (id int, v vector(768));
ALTER TABLE wide ALTER v SET STORAGE plain;
CREATE TABLE far (id int, r int, c int, f int, v vector(768));
CREATE TABLE farther (id int, v vector(1536));
CREATE TABLE queries (id int, near vector(128), far vector(768), farther vector(1536));
SELECT setseed(0.5) \g /dev/null
INSERT INTO plain SELECT i, i, i FROM generate_series(1, 200000) i;
INSERT INTO near SELECT i, row_number() OVER (ORDER BY random()), i, 1000 * random(), NULL FROM generate_series(1,
    50000) i;
CREATE TABLE filled AS SELECT id, r, c, f, surface(128, random10()) AS v FROM near ORDER BY id;
TRUNCATE near;
INSERT INTO near SELECT * FROM filled ORDER BY id;
DROP TABLE filled;
INSERT INTO wide SELECT i, surface(768, random10()) FROM generate_series(1, 5000) i;
INSERT INTO far SELECT id, r, c, f, surface(768, random10())
FROM (SELECT i AS id, row_number() OVER (ORDER BY random()) AS r, i AS c, 1000 * random() AS f
      FROM generate_series(1, 20000) i) s ORDER BY id;
INSERT INTO farther SELECT i, surface(1536, random10()) FROM generate_series(1, 4000) i;
INSERT INTO queries SELECT i, surface(128, random10()), surface(768, random10()), surface(1536, random10())
FROM generate_series(1, 40) i;
CREATE INDEX near_r ON near (r);
CREATE INDEX near_c ON near (c);
CREATE INDEX near_v ON near USING hnsw (v vector_l2_ops);
CREATE INDEX far_v ON far USING hnsw (v vector_l2_ops);
CREATE INDEX far_r ON far (r);
VACUUM ANALYZE plain, near, wide, far, farther, queries;

CREATE TABLE facts AS
SELECT relname AS data, reltuples AS rows, relpages AS blocks, reltuples / relpages AS per_block,
       pg_relation_size(to_regclass(relname || '_v')) / reltuples AS node_bytes
FROM pg_class WHERE relnamespace = 'calibrate'::regnamespace AND relkind = 'r' AND relpages > 0;

-- Measuring -------------------------------------------------------------------------------------------------
-- Processor time of this backend in us: other work on the machine does not count. The kernel brings the figure
-- up to date when the process sleeps. Without it (no Linux, or no superuser) the clock has to do.
CREATE FUNCTION spent() RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.0001);
    RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1000;
EXCEPTION WHEN OTHERS THEN
    RETURN extract(epoch FROM clock_timestamp()) * 1e6;
END $$;

CREATE TABLE shapes (id serial, name text PRIMARY KEY, strategy text, ef int, reps int, statement text);
CREATE TABLE runs (name text, us float8, opened float8, distances float8, tested float8);

CREATE FUNCTION count_of(plan jsonb, label text) RETURNS float8 LANGUAGE sql AS $$
    SELECT coalesce(sum((node ->> label)::float8), 0)
    FROM jsonb_path_query(plan, 'strict $.** ? (exists(@."Nodes Opened"))', '{}', true) node $$;

-- Runs a statement once to warm up and count, then `reps` times by the clock.
CREATE PROCEDURE run(s shapes) LANGUAGE plpgsql AS $$
DECLARE
    explained text := 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || s.statement;
    plan jsonb;
    ignored json;
    began float8;
BEGIN
    PERFORM set_config('hnsw.filter_strategy', s.strategy, false), set_config('hnsw.ef_search', s.ef::text, false);
    EXECUTE explained INTO plan;
    IF s.strategy <> 'auto' AND NOT jsonb_path_exists(plan, '$.**."Strategy Used" ? (@ == $s)',
                                                       jsonb_build_object('s', s.strategy)) THEN
        RAISE 'strategy % is not what this uses: %', s.strategy, plan;
    END IF;
    began := spent();
    FOR i IN 1 .. s.reps LOOP EXECUTE explained INTO ignored; END LOOP;
    INSERT INTO runs VALUES (
        s.name, (spent() - began) / greatest(s.reps, 1), count_of(plan, 'Nodes Opened'), count_of(plan, 'Distances'),
        count_of(plan, 'Distances') + count_of(plan, 'Rows Removed by Filter') * count_of(plan, 'Actual Loops'));
END $$;

CREATE PROCEDURE run_all(rounds int) LANGUAGE plpgsql AS $$
DECLARE
    s shapes;
BEGIN
    FOR round IN 1 .. rounds LOOP
        FOR s IN SELECT * FROM shapes ORDER BY id LOOP
            CALL run(s);
            COMMIT;
        END LOOP;
    END LOOP;
END $$;

-- One statement that searches for all queries.
CREATE FUNCTION searching(data text, condition text, k int) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT 1 FROM queries q,
                   LATERAL (SELECT id FROM %1$I t WHERE %2$s ORDER BY t.v <-> q.%1$I LIMIT %3$s) s',
                  data, condition, k) $$;

-- Unit prices -----------------------------------------------------------------------------------------------
INSERT INTO shapes (name, strategy, ef, reps, statement) VALUES
    ('scan plain', 'auto', 40, 2, 'SELECT 1 FROM plain WHERE id < 0'),
    ('scan plain 5', 'auto', 40, 2, 'SELECT 1 FROM plain WHERE id > 0 AND a > 0 AND b > 0 AND a > -1 AND b < 0'),
    ('scan near', 'auto', 40, 4, 'SELECT 1 FROM near WHERE id < 0'),
    ('scan wide', 'auto', 40, 8, 'SELECT 1 FROM wide WHERE id < 0'),
    ('scan far', 'auto', 40, 8, 'SELECT 1 FROM far WHERE id < 0'),
    ('scan farther', 'auto', 40, 16, 'SELECT 1 FROM farther WHERE id < 0'),
    ('distance near', 'auto', 40, 2, 'SELECT 1 FROM near WHERE v <-> (SELECT near FROM queries LIMIT 1) < -1'),
    ('distance wide', 'auto', 40, 4, 'SELECT 1 FROM wide WHERE v <-> (SELECT far FROM queries LIMIT 1) < -1'),
    ('distance far', 'auto', 40, 1, 'SELECT 1 FROM far WHERE v <-> (SELECT far FROM queries LIMIT 1) < -1'),
    ('distance farther', 'auto', 40, 2, 'SELECT 1 FROM farther WHERE v <-> (SELECT farther FROM queries LIMIT 1) < -1'),
    ('nodes near 40', 'stream', 40, 2, searching('near', 'f >= 0', 10)),
    ('nodes near 400', 'stream', 400, 1, searching('near', 'f >= 0', 10)),
    ('nodes far 40', 'stream', 40, 2, searching('far', 'f >= 0', 10)),
    ('nodes far 400', 'stream', 400, 1, searching('far', 'f >= 0', 10)),
    ('rejected near', 'stream', 40, 1, searching('near', 'f < 20', 10)),
    ('rejected far', 'stream', 40, 1, searching('far', 'f < 20', 10));
INSERT INTO shapes (name, strategy, ef, reps, statement)
SELECT format('%s %s %s %s', strategy, data, col, n), strategy, 10, 20000 / n,
       format('SELECT 1 FROM %I WHERE %I <= %s %s ORDER BY v <-> (SELECT %1$I FROM queries LIMIT 1) LIMIT 1',
           data, col, n,
              CASE strategy WHEN 'exact' THEN 'AND f < 0' END)
FROM (VALUES ('near', 'r'), ('near', 'c'), ('far', 'r')) d (data, col), unnest(ARRAY[1000, 10000]) n,
     unnest(ARRAY['allow', 'exact']) strategy;
CALL run_all(:rounds);

-- Nodes opened ----------------------------------------------------------------------------------------------
CREATE TABLE grid (name text, data text, strategy text, share float8, k int, ef int);
INSERT INTO grid
SELECT format('%s %s %s %s', strategy, data, share, k), data, strategy, share, k, least(greatest(8 * k, 100), 500)
FROM unnest(ARRAY['near', 'far']) d (data), unnest(ARRAY[0.5, 0.2, 0.05, 0.02, 0.005]) share, unnest(ARRAY[1, 10,
    100]) k,
     unnest(ARRAY['allow', 'attr', 'stream']) strategy
WHERE (strategy <> 'stream' OR share >= 0.05)
  AND share * (SELECT rows FROM facts f WHERE f.data = d.data) >= 5 * k;
CREATE PROCEDURE count_nodes(chosen text) LANGUAGE plpgsql AS $$
DECLARE
    s shapes;
BEGIN
    FOR s IN SELECT 0, g.name, g.strategy, g.ef, 0,
                    searching(g.data, format('r <= %s', g.share * c.reltuples), g.k)
             FROM grid g JOIN pg_class c ON c.oid = g.data::regclass WHERE g.strategy = ANY
                 (string_to_array(chosen, ' '))
    LOOP CALL run(s); END LOOP;
END $$;
CALL count_nodes('allow stream');
DROP INDEX near_v, far_v;
CREATE INDEX near_v ON near USING hnsw (v vector_l2_ops, r);
CREATE INDEX far_v ON far USING hnsw (v vector_l2_ops, r);
CALL count_nodes('attr');
