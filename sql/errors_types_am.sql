-- hnsw: messages about types, dimensions and options of the operator classes, and their SQLSTATE (vector: errors_am)

CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
\pset format unaligned
\pset tuples_only on
\pset fieldsep '  '

-- columns that say nothing of their dimensions, or too many
CREATE TABLE loose (halves halfvec, sparse sparsevec, bytes int8vec, varying bit varying, short_varying bit varying(8),
                    one bit, longest bit(64000), too_long bit(64001));
SELECT class, error_of('CREATE INDEX ON loose USING hnsw (' || class || ')')
FROM unnest(ARRAY['halves halfvec_l2_ops', 'halves halfvec_l1_ops', 'sparse sparsevec_ip_ops',
                  'sparse sparsevec_l1_ops', 'bytes int8vec_cosine_ops', '(one::bit varying) bit_hamming_ops',
                  'varying bit_hamming_ops', 'short_varying bit_jaccard_ops', '(one || one) bit_hamming_ops',
                  'one bit_hamming_ops', 'longest bit_hamming_ops', 'longest bit_jaccard_ops',
                  'too_long bit_hamming_ops', 'too_long bit_jaccard_ops',
                  '(halves::halfvec(16000)) halfvec_l2_ops', '(sparse::sparsevec(1000000000)) sparsevec_l2_ops',
                  '(bytes::int8vec(16000)) int8vec_l2_ops', 'halves vector_l2_ops', 'bytes halfvec_l2_ops',
                  'one int8vec_l2_ops']) class;

-- links that a class cannot have
CREATE TABLE items (id int, v vector(3), h halfvec(3), s sparsevec(3), i int8vec(3), b bit(3));
SELECT class, bits, error_of(format('CREATE INDEX ON items USING hnsw (%s) WITH (link_bits = %s)', class, bits))
FROM unnest(ARRAY['v vector_l1_ops', 'h halfvec_l1_ops', 's sparsevec_l1_ops', 's sparsevec_l2_ops',
                  'i int8vec_ip_ops', 'b bit_hamming_ops', 'b bit_jaccard_ops']) class,
     unnest(ARRAY['auto', '0', '1', '2', '4']) bits;
DROP TABLE items;

-- queries and rows of other dimensions; queries that are NULL or zero
CREATE TABLE items (h halfvec(3), s sparsevec(3), i int8vec(3), b bit(3),
                    loose_h halfvec, loose_s sparsevec, loose_i int8vec);
CREATE INDEX ON items USING hnsw (h halfvec_l2_ops);
CREATE INDEX ON items USING hnsw (h halfvec_l1_ops);
CREATE INDEX ON items USING hnsw (s sparsevec_cosine_ops);
CREATE INDEX ON items USING hnsw (s sparsevec_l1_ops);
CREATE INDEX ON items USING hnsw (i int8vec_ip_ops);
CREATE INDEX ON items USING hnsw (b bit_hamming_ops);
CREATE INDEX ON items USING hnsw (b bit_jaccard_ops);
INSERT INTO items VALUES ('[1,2,3]', '{1:1}/3', '[1,2,3]', '101');
SET enable_seqscan = off;
SELECT q, error_of('SELECT FROM items ORDER BY ' || q)
FROM unnest(ARRAY['h <-> ''[1,2]''', 'h <+> ''[1,2,3,4]''', 's <=> ''{1:1}/2''', 's <+> ''{}/4''', 'i <#> ''[1,2]''',
                  'b <~> ''1010''::bit(4)', 'b <%> ''10''::bit(2)', 'h <-> (SELECT NULL::halfvec)',
                  's <=> (SELECT NULL::sparsevec)', 'i <#> (SELECT NULL::int8vec)', 'b <~> (SELECT NULL::bit(3))',
                  'h <+> ''[0,0,0]''', 's <=> ''{}/3''', 'b <%> ''000''']) q;
SELECT rows, error_of('INSERT INTO items (h, s, i, b) VALUES ' || rows)
FROM unnest(ARRAY['(''[1,2]'', NULL, NULL, NULL)', '(NULL, ''{}/4'', NULL, NULL)', '(NULL, NULL, ''[1]'', NULL)',
                  '(NULL, NULL, NULL, ''1111'')']) rows;
-- a column whose type says less than its rows: only a hand in the catalogs can do that
INSERT INTO items (loose_h, loose_s, loose_i) VALUES ('[1,2]', '{2:1}/2', '[1,2]');
UPDATE pg_attribute SET atttypmod = 3 WHERE attrelid = 'items'::regclass AND attname LIKE 'loose%';
SELECT c, error_of(format('CREATE INDEX ON items USING hnsw (loose_%s)', c))
FROM unnest(ARRAY['h halfvec_l2_ops', 'h halfvec_l1_ops', 's sparsevec_l2_ops', 's sparsevec_l1_ops',
                  'i int8vec_cosine_ops']) c;
UPDATE items SET loose_h = NULL, loose_s = NULL, loose_i = NULL;
CREATE INDEX ON items USING hnsw (loose_h halfvec_l1_ops);
CREATE INDEX ON items USING hnsw (loose_s sparsevec_l2_ops);
CREATE INDEX ON items USING hnsw (loose_i int8vec_cosine_ops);
UPDATE pg_attribute SET atttypmod = -1 WHERE attrelid = 'items'::regclass AND attname LIKE 'loose%';
SELECT error_of($$INSERT INTO items (loose_h) VALUES ('[1,2]')$$);
SELECT error_of($$INSERT INTO items (loose_s) VALUES ('{1:1}/4')$$);
SELECT error_of($$INSERT INTO items (loose_i) VALUES ('[1,2,3,4]')$$);

-- nothing of this has harmed the indexes
SELECT count(*) FROM (SELECT FROM items ORDER BY h <+> '[1,2,3]') s;
SELECT count(*) FROM (SELECT FROM items ORDER BY b <~> '111') s;
SELECT count(*) FROM (SELECT FROM items ORDER BY loose_s <-> '{1:1}/3') s;

DROP TABLE items, loose;
DROP FUNCTION error_of;
