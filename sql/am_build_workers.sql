-- hnsw: CREATE INDEX by several processes, and with little memory
\i sql/include/nearest.sql

CREATE TABLE items (id int PRIMARY KEY, embedding vector(16));
INSERT INTO items SELECT i, CASE WHEN i % 100 <> 0 THEN vector_of(i % 4000, 16) END FROM generate_series(1, 5000) i;

-- by several processes
ALTER TABLE items SET (parallel_workers = 2);
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops);
SELECT * FROM read_all('items');
SELECT mean_recall('items', 16) >= 0.95;
SELECT relname, reltuples FROM pg_class WHERE relname IN ('items', 'items_index') ORDER BY relname;
REINDEX INDEX CONCURRENTLY items_index;
SELECT * FROM read_all('items');
\setenv PGDATABASE :DBNAME
\setenv PGOPTIONS '-c client_min_messages=debug1'
\! psql -Xqc 'REINDEX INDEX items_index' 2>&1 | grep -o 'using 2 parallel workers'

-- with less memory than the graph needs, by several processes and by one: the remaining rows are inserted through pages
\setenv PGOPTIONS '-c maintenance_work_mem=1MB'
\! psql -Xqc 'REINDEX INDEX items_index' 2>&1 | sed 's/after [0-9]* tuples/after N tuples/;s/[0-9]* MB/N MB/'
SELECT * FROM read_all('items');
SELECT mean_recall('items', 16) >= 0.95;
ALTER TABLE items RESET (parallel_workers);
\! psql -Xqc 'REINDEX INDEX items_index' 2>&1 | sed 's/after [0-9]* tuples/after N tuples/;s/[0-9]* MB/N MB/'
SELECT * FROM read_all('items');
SELECT mean_recall('items', 16) >= 0.95;
-- as much memory as the notice names is enough
\set memory `psql -Xqc 'REINDEX INDEX items_index' 2>&1 | sed -n 's/.*About \([0-9]*\) MB.*/\1MB/p'`
\setenv PGOPTIONS '-c maintenance_work_mem=':memory
\! psql -Xqc 'REINDEX INDEX items_index' && echo built

-- NULLs and rows without direction take memory too
\setenv PGOPTIONS '-c maintenance_work_mem=1MB'
CREATE TABLE others (id int, embedding vector(3));
INSERT INTO others SELECT i, CASE i % 3 WHEN 0 THEN '[0,0,0]'::vector WHEN 1 THEN '[1,2,3]' END
FROM generate_series(1, 60000) i;
CREATE INDEX others_index ON others USING hnsw (embedding vector_cosine_ops);
\! psql -Xqc 'REINDEX INDEX others_index' 2>&1 | sed 's/after [0-9]* tuples/after N tuples/;s/[0-9]* MB/N MB/'
SELECT * FROM read_all('others', '<=>');
DROP TABLE items, others;

-- codes of varying length, and links without sketches, in the same ways
CREATE TABLE others (id int, embedding sparsevec(64));
INSERT INTO others
SELECT i, CASE WHEN i % 100 <> 0 THEN (vector_of(i % 2000, 8) || array_fill(0, ARRAY[56])::vector)::sparsevec END
FROM generate_series(1, 2400) i;
ALTER TABLE others SET (parallel_workers = 2);
CREATE FUNCTION mean_sparse_recall(operator text) RETURNS numeric LANGUAGE sql AS $$
    SELECT avg(recall(by_index, by_sort))
    FROM generate_series(1, 20) i,
         nearest(10, format('embedding %s ''%s''', operator,
                            (vector_of(-i, 8) || array_fill(0, ARRAY[56])::vector)::sparsevec), 'others')
$$;
\setenv PGOPTIONS '-c client_min_messages=debug1'
CREATE INDEX others_index ON others USING hnsw (embedding sparsevec_l2_ops);
\! psql -Xqc 'REINDEX INDEX others_index' 2>&1 | grep -o 'using 2 parallel workers'
SELECT * FROM read_all('others');
SELECT mean_sparse_recall('<->') >= 0.95;
DROP INDEX others_index;
CREATE INDEX others_index ON others USING hnsw (embedding sparsevec_l1_ops);
\! psql -Xqc 'REINDEX INDEX others_index' 2>&1 | grep -o 'using 2 parallel workers'
SELECT * FROM read_all('others', '<+>');
SELECT mean_sparse_recall('<+>') >= 0.95;
-- with little memory, by several processes and by one
INSERT INTO others
SELECT i, (vector_of(i, 8) || array_fill(0, ARRAY[56])::vector)::sparsevec FROM generate_series(2401, 3600) i;
\setenv PGOPTIONS '-c maintenance_work_mem=1MB'
\! psql -Xqc 'REINDEX INDEX others_index' 2>&1 | grep -o 'no longer fits'
SELECT * FROM read_all('others', '<+>');
SELECT mean_sparse_recall('<+>') >= 0.95;
ALTER TABLE others RESET (parallel_workers);
\! psql -Xqc 'REINDEX INDEX others_index' 2>&1 | grep -o 'no longer fits'
SELECT * FROM read_all('others', '<+>');
SELECT mean_sparse_recall('<+>') >= 0.95;
DROP INDEX others_index;
CREATE INDEX others_index ON others USING hnsw (embedding sparsevec_cosine_ops);
\! psql -Xqc 'REINDEX INDEX others_index' 2>&1 | grep -o 'no longer fits'
SELECT * FROM read_all('others', '<=>');
SELECT mean_sparse_recall('<=>') >= 0.95;
DROP TABLE others;
DROP FUNCTION mean_sparse_recall;
