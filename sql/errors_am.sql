-- hnsw: messages of the access method and their SQLSTATE (storage parameters and settings: am_options)

CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    message text;
    detail text;
    hint text;
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', SQLSTATE, message, '/ ' || NULLIF(detail, ''), '/ ' || NULLIF(hint, ''));
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '

-- what cannot be indexed
CREATE TABLE items (id int, embedding vector(3), loose vector, words text);
CREATE UNLOGGED TABLE unlogged (loose vector);
SELECT i, error_of('CREATE INDEX ON ' || i)
FROM unnest(ARRAY['items USING hnsw (loose vector_l2_ops)', 'unlogged USING hnsw (loose vector_l2_ops)',
                  'items USING hnsw ((embedding || embedding) vector_l2_ops)',
                  'items USING hnsw (words vector_l2_ops)', 'items USING hnsw (embedding)', 'items USING hnsw (words)',
                  'items USING hnsw (embedding halfvec_l2_ops)', 'items USING hnsw (embedding vector_ops)',
                  'items USING hnsw ((embedding::vector(16001)) vector_l2_ops)',
                  'items USING hnsw (embedding vector_l2_ops) WITH (m = 40)']) i;
SELECT error_of('CREATE TABLE too_long (embedding vector(16001))');

-- other dimensions: in the query, in the table
INSERT INTO items VALUES (1, '[1,2,3]', '[1,2]'), (2, '[1,2,4]', '[1,2,3]'), (3, '[1,2,5]', NULL);
CREATE INDEX items_l2 ON items USING hnsw (embedding vector_l2_ops);
CREATE INDEX items_cosine ON items USING hnsw (embedding vector_cosine_ops);
SET enable_seqscan = off;
SELECT q, error_of('SELECT id FROM items ORDER BY embedding ' || q)
FROM unnest(ARRAY['<-> ''[1,2]''', '<=> ''[1,2,3,4]''', '<=> ''[0,0]''', '<-> ''[1,NaN,3]''',
                  '<-> ''[1,2,3]''']) q;
SELECT error_of('CREATE INDEX ON items USING hnsw ((loose::vector(3)) vector_l2_ops)');
CREATE INDEX loose_index ON items USING hnsw ((loose::vector(3)) vector_l2_ops) WHERE vector_dims(loose) = 3;
SELECT error_of($$INSERT INTO items VALUES (4, '[1,2]')$$);
SELECT error_of($$INSERT INTO items VALUES (4, '[1,2,2]', '[1,2,3,4]')$$);
DROP INDEX loose_index;
CREATE INDEX loose_index ON items USING hnsw ((loose::vector(2)) vector_l2_ops) WHERE loose IS NULL OR id = 1;
SELECT error_of($$INSERT INTO items VALUES (1, '[1,2,3]', '[1,2,3,4]')$$);
SELECT error_of('UPDATE items SET id = 1');
DROP INDEX loose_index;
-- a column whose type says less than its rows: only a hand in the catalogs can do that
UPDATE pg_attribute SET atttypmod = 3 WHERE attrelid = 'items'::regclass AND attname = 'loose';
SELECT error_of('CREATE INDEX ON items USING hnsw (loose vector_l2_ops)');
UPDATE items SET loose = NULL;
CREATE INDEX loose_index ON items USING hnsw (loose vector_l2_ops);
UPDATE pg_attribute SET atttypmod = -1 WHERE attrelid = 'items'::regclass AND attname = 'loose';
SELECT error_of($$INSERT INTO items VALUES (1, '[1,2,3]', '[1,2,3,4]')$$);

-- nothing of this has harmed the index
INSERT INTO items VALUES (1, '[1,2,6]', '[7,8,9]');
SELECT id, embedding FROM items ORDER BY embedding <-> '[1,2,7]';
SELECT loose FROM items ORDER BY loose <-> '[1,2,7]' LIMIT 1;
REINDEX TABLE items;
SELECT id, embedding FROM items ORDER BY embedding <-> '[1,2,7]';
EXPLAIN (COSTS OFF) SELECT id, embedding FROM items ORDER BY embedding <-> '[1,2,7]';

DROP TABLE items, unlogged;
DROP FUNCTION error_of;
