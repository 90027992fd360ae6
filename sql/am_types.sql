-- hnsw: every operator class, with links of each kind and codes inline and apart: scans after all that happens to rows
\i sql/include/classes.sql

-- CREATE INDEX on some of the rows, then INSERT
SELECT make_tables(), add_rows(0, 0.6), make_indexes();
SELECT * FROM check_scans();
-- links of L1 have no sketches, asked for or not
SELECT a.name, pg_indexes_size(a.name::regclass) = pg_indexes_size(b.name::regclass)
FROM cases a JOIN cases b USING (class, dims)
WHERE a.name LIKE '%\_auto' AND b.name LIKE '%\_0' AND class LIKE '%\_l1\_ops'
ORDER BY a.name;
SELECT add_rows(0.6, 1);
SELECT * FROM check_scans();

-- DELETE and VACUUM; then INSERT into what was freed
SELECT on_each('DELETE FROM %I WHERE id %% 4 = 1 OR id %% 50 = 2');
SELECT 'VACUUM (INDEX_CLEANUP ON) ' || string_agg(name, ', ') FROM cases \gexec
SELECT * FROM check_scans();
SELECT add_rows(0.3, 0.6);
SELECT * FROM check_scans();
-- nearly all of them, the entry point among them
SELECT on_each('DELETE FROM %I WHERE id %% 10 > 0');
SELECT 'VACUUM (INDEX_CLEANUP ON) ' || string_agg(name, ', ') FROM cases \gexec
SELECT * FROM check_scans();

-- UPDATE: of other columns, and of vectors to those of other rows
SELECT add_rows(0, 0.5);
SELECT on_each('UPDATE %I SET id = -id WHERE id %% 3 = 0');
SELECT on_each('UPDATE %1$I t SET embedding = o.embedding FROM %1$I o WHERE t.id %% 5 = 2 AND o.id = t.id + 1');
SELECT * FROM check_scans();
SELECT 'VACUUM (INDEX_CLEANUP ON) ' || string_agg(name, ', ') FROM cases \gexec
SELECT * FROM check_scans();

-- INSERT into an empty index
SELECT on_each('TRUNCATE %I');
SELECT add_rows(0, 0.5);
SELECT * FROM check_scans();
SELECT on_each('DROP TABLE %I');

-- unlogged and temporary tables
DELETE FROM cases WHERE name !~ '_0|apart|long';
SELECT make_tables('UNLOGGED'), add_rows(0, 0.2), make_indexes(), add_rows(0.2, 0.4);
SELECT * FROM check_scans();
SELECT on_each('DROP TABLE %I');
SELECT make_tables('TEMP'), add_rows(0, 0.2), make_indexes(), add_rows(0.2, 0.4);
SELECT on_each('DELETE FROM %I WHERE id %% 3 = 1');
SELECT 'VACUUM (INDEX_CLEANUP ON) ' || string_agg(name, ', ') FROM cases \gexec
SELECT * FROM check_scans();
SELECT on_each('DROP TABLE %I');

DROP FUNCTION wrong_scan;
DROP TABLE cases, samples;
DROP FUNCTION value_of, zero_of, make_tables, add_rows, make_indexes, on_each, check_scans;
