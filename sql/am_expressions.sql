-- hnsw: indexes on what is computed from a vector, and queries that order what they find by the vector itself
\i sql/include/nearest.sql

-- Clusters of 768 dimensions: rows near one of 20 vectors, every row at a distance of its own.
CREATE TABLE items (id int PRIMARY KEY, embedding vector(768));
INSERT INTO items
SELECT i, vector_of(i % 20, 768) + (vector_of(i, 16) || array_fill(0, ARRAY[240])::vector || vector_of(i + 1000, 512))
FROM generate_series(1, 1000) i;
CREATE INDEX items_half ON items USING hnsw ((embedding::halfvec(768)) halfvec_l2_ops);
CREATE INDEX items_bits ON items USING hnsw ((binary_quantize(embedding)::bit(768)) bit_hamming_ops);
CREATE INDEX items_short ON items USING hnsw ((subvector(embedding, 1, 256)::vector(256)) vector_cosine_ops);
CREATE INDEX items_bytes ON items USING hnsw ((embedding::int8vec(768)) int8vec_cosine_ops);
CREATE INDEX items_sparse ON items USING hnsw ((embedding::sparsevec(768)) sparsevec_ip_ops);
VACUUM ANALYZE items;
SELECT embedding AS q FROM items WHERE id = 77 \gset

-- the plans, for a table that is small enough to be sorted as well; and the five nearest, ordered by the vector itself
SET enable_seqscan = off;
CREATE FUNCTION plan_of(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    -- without the long value
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        RETURN NEXT regexp_replace(line, '''[^'']{100,}''(::bit|::"bit")?', '...', 'g');
    END LOOP;
END $$;
CREATE FUNCTION two_steps(expression text, operator text, converted text) RETURNS text LANGUAGE sql AS $$
    SELECT format('SELECT id FROM (SELECT * FROM items ORDER BY %s %s %s LIMIT 40) s
                   ORDER BY embedding <-> %%1$L LIMIT 5', expression, operator, converted)
$$;
CREATE TABLE ways (n int, two_steps text);
INSERT INTO ways VALUES
    (1, two_steps('embedding::halfvec(768)', '<->', '%1$L::halfvec(768)')),
    (2, two_steps('binary_quantize(embedding)::bit(768)', '<~>', 'binary_quantize(%1$L::vector)')),
    (3, two_steps('subvector(embedding, 1, 256)::vector(256)', '<=>', 'subvector(%1$L::vector, 1, 256)')),
    (4, two_steps('embedding::int8vec(768)', '<=>', '%1$L::int8vec(768)')),
    (5, two_steps('embedding::sparsevec(768)', '<#>', '%1$L::vector::sparsevec(768)'));
SELECT plan_of(format(two_steps, :'q'::vector)) FROM ways ORDER BY n;
-- the nearest five of each of 20 rows: how many of those that sorting finds are among them
CREATE FUNCTION ids(query text) RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE
    result int[];
BEGIN
    EXECUTE 'SELECT array_agg(id) FROM (' || query || ') s' INTO result;
    RETURN result;
END $$;
CREATE FUNCTION found(way text) RETURNS numeric LANGUAGE sql AS $$
    SELECT avg((SELECT count(*) FROM unnest(ids(format(way, r.embedding))) id WHERE id = ANY (exact)))
    FROM items r,
         LATERAL (SELECT array_agg(id) AS exact
                  FROM (SELECT id FROM items ORDER BY embedding <-> r.embedding, id LIMIT 5) s) s
    WHERE r.id % 50 = 7
$$;
SELECT n, found(two_steps) >= 4 FROM ways ORDER BY n;
-- rows that come and go
INSERT INTO items SELECT 2000 + i, :'q' FROM generate_series(1, 3) i;
DELETE FROM items WHERE id = 77;
UPDATE items SET embedding = :'q' WHERE id = 300;
SELECT n, (SELECT array_agg(id ORDER BY id) FROM unnest(ids(format(two_steps, :'q'::vector))) id WHERE id >= 300)
              @> '{300,2001,2002,2003}'
FROM ways ORDER BY n;
VACUUM (INDEX_CLEANUP ON) items;
SELECT n, found(two_steps) >= 4 FROM ways ORDER BY n;

DROP TABLE items, ways;
DROP FUNCTION plan_of, two_steps, ids, found;
