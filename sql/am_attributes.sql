-- hnsw: further columns, kept with every row
\i sql/include/nearest.sql
\i sql/include/conditions.sql

CREATE TYPE mood AS ENUM ('sad', 'fair', 'glad');
CREATE DOMAIN price AS numeric CHECK (value >= 0);
CREATE TABLE items (id int, embedding vector(4), category int, big bigint, small int2, huge bigint, part float4,
                    share float8, label text COLLATE "C", code char(8), price price, flag boolean, day date,
                    at timestamptz, mood mood, key uuid, address inet, tags text[], numbers int[], data jsonb);
-- Every fifth vector occurs twice or more; some are missing.
CREATE FUNCTION fill(first int, last int) RETURNS void LANGUAGE sql AS $$
    INSERT INTO items
    SELECT i, CASE WHEN i % 101 > 0 THEN vector_of(CASE WHEN i % 5 = 0 THEN i % 200 ELSE i END, 4) END,
           i % 20, i, (i % 7)::int2, i::bigint * 1000000007,
           CASE WHEN i % 4 > 0 THEN i / 8.0 WHEN i % 3 > 0 THEN 'NaN' ELSE '-Infinity' END, i / 3.0,
           CASE i % 6 WHEN 0 THEN NULL WHEN 1 THEN repeat(chr(97 + i % 5), 20 + i % 60) ELSE 'label ' || i % 11 END,
           'c' || i % 5, (i % 9 / 2.0)::price, i % 3 = 0, '2024-02-27'::date + i % 60,
           '2024-02-27'::timestamptz + make_interval(hours => i), ('{sad,fair,glad}'::mood[])[1 + i % 3],
           md5((i % 50)::text)::uuid, ('10.0.' || i % 3 || '.' || i % 250)::inet,
           CASE WHEN i % 9 > 0 THEN (SELECT array_agg('tag' || (i * n) % 13) FROM generate_series(0, i % 4) n) END,
           (SELECT array_agg((i * n) % 17) FROM generate_series(1, CASE WHEN i % 10 = 0 THEN 100 ELSE i % 5 END) n),
           jsonb_build_object('kind', i % 4, 'key' || i % 8, repeat('long', i % 40))
    FROM generate_series(first, last) i
$$;
SELECT fill(1, 3000);
ANALYZE items;

-- numbers
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops, category, big, small, huge, part, share, flag);
SELECT * FROM unnest(ARRAY[
    'category = 7', 'category <> 7', 'category < 3', 'category >= 18', 'category > 5000000000',
    'category = 7::bigint',
    'category BETWEEN 3 AND 5', 'category = ANY (''{1,2,NULL,99}'')', 'category = ANY (''{NULL}'')',
    'category IN (1, 3, 5, 7, 9, 11)', 'category > ANY (''{18,3}'')', 'category IS NULL', 'category IS NOT NULL',
    'big = 1000', 'big < 10', 'big IN (5, 6, 5000000000)', 'small = 3', 'small < 2::bigint',
    'small <= 5 AND category = 1',
    'huge = 5000000035', 'huge <> 7000000049 AND big < 20', 'huge > 2900000000000', 'huge = 35::int2',
    'part = ''NaN''', 'part > 340', 'part < 0', 'part = ''-Infinity''::float8', 'part <> ''NaN''',
    'part >= ''NaN''::float8',
    'share > 940', 'share BETWEEN 10 AND 20::float4', 'flag > false', 'flag <= false',
    'flag >= true AND category = 3',
    'category <= 3 AND category >= 4',
    'category > 3 AND category < 5 AND big < 700']) condition, matching('items', condition);
DROP INDEX items_index;

-- values of variable length, too long ones among them
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops, label, code, price, tags, numbers);
SELECT * FROM unnest(ARRAY[
    'label = ''label 3''', 'label = repeat(''a'', 45)', 'label = repeat(''b'', 51)', 'label < ''b''',
    'label > ''label 8''', 'label <> ''label 3''',
    'label IS NULL', 'label IS NOT NULL', 'label IN (''label 1'', ''none'', repeat(''a'', 80))',
    'label >= repeat(''b'', 60)',
    'code = ''c3''', 'code = ''c3       ''', 'code > ''c3''', 'price = 1.50', 'price < 1', 'price > 3.99999',
    'price = 2::int',
    'tags && ''{tag5}''', 'tags @> ''{tag0,tag7}''', 'tags <@ ''{tag0,tag1,tag2,tag3}''', 'tags = ''{tag0}''',
    'tags && ''{}''',
    'tags @> ''{}''', 'tags <@ ''{}''', 'tags && ''{tag5,tag11,none}''', 'tags && ''{none}''',
    'tags && ''{NULL}''', 'tags IS NULL',
    'numbers @> ''{3}''', 'numbers && ''{3,4}''', 'numbers @> ''{3,4,15}''', 'numbers <@ ''{0,1,2,3,4,5,6,7,8}''',
    'numbers = ''{1}''',
    'numbers && ''{16,99}'' AND label = ''label 2''']) condition, matching('items', condition);
DROP INDEX items_index;

-- the rest
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops, day, at, mood, key, address, data)
    INCLUDE (label, huge);
SELECT * FROM unnest(ARRAY[
    'day = ''2024-02-29''', 'day < ''2024-03-03''', 'day >= ''2024-04-20''::timestamp',
    'day IN (''2024-02-28'', ''2024-02-29'')',
    'at > ''2024-04-25''', 'at < ''2024-02-28''::date', 'mood = ''glad''', 'mood > ''sad''',
    'mood IN (''sad'', ''fair'')',
    'key = md5(''7'')::uuid', 'key > ''f0000000-0000-0000-0000-000000000000''', 'address = ''10.0.1.7''',
    'address < ''10.0.0.9''',
    'data @> ''{"kind": 2}''', 'data ? ''key3''', 'data ?| ''{key1,key2,none}''', 'data ?& ''{kind,key4}''',
    'data ? ''none''',
    'data @> ''{"key3": ""}''', 'data IS NULL',
    'data = ''{"kind": 0, "key0": ""}''']) condition, matching('items', condition);
DROP INDEX items_index;

-- what inserts, updates and VACUUM do to them
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops, category, label, tags);
CREATE VIEW conditions AS
    SELECT * FROM unnest(ARRAY['category = 7', 'category = 8', 'category IS NULL', 'label = ''label 3''',
    'label = ''moved''',
                               'label IS NULL', 'tags && ''{tag5}''', 'tags @> ''{new}''',
    'category = 8 AND label = ''moved''', 'category < 9 AND label = ''moved''']) condition;
SELECT fill(3001, 3600);
SELECT * FROM conditions, matching('items', condition);
-- without another vector
UPDATE items SET category = 8, label = 'moved' WHERE category = 7 AND id % 3 = 0;
UPDATE items SET tags = tags || '{new}', category = NULL WHERE id % 19 = 0;
SELECT * FROM conditions, matching('items', condition);
VACUUM items;
SELECT * FROM conditions, matching('items', condition);
-- the first rows of many nodes, and nodes
DELETE FROM items WHERE id % 200 = 0 OR id % 6 = 1;
UPDATE items SET category = 7 WHERE category = 8;
VACUUM items;
SELECT * FROM conditions, matching('items', condition);
SELECT fill(3601, 4200);
SELECT * FROM conditions, matching('items', condition);
REINDEX INDEX items_index;
SELECT * FROM conditions, matching('items', condition);
-- most of it inserted through the pages
DROP INDEX items_index;
SET maintenance_work_mem = '1MB';
SET client_min_messages = warning;
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops, category, label, tags) WITH (m = 32);
RESET client_min_messages;
RESET maintenance_work_mem;
SELECT * FROM conditions, matching('items', condition);
-- by several processes, in memory and beyond
ALTER TABLE items SET (parallel_workers = 2);
REINDEX INDEX items_index;
SELECT * FROM conditions, matching('items', condition);
SET maintenance_work_mem = '1MB';
SET client_min_messages = warning;
REINDEX INDEX items_index;
RESET client_min_messages;
RESET maintenance_work_mem;
SELECT * FROM conditions, matching('items', condition);
-- all of it through the pages
DROP INDEX items_index;
CREATE TABLE others (LIKE items);
CREATE INDEX ON others USING hnsw (embedding vector_l2_ops, category, label, tags);
INSERT INTO others SELECT * FROM items;
SELECT * FROM conditions, matching('others', condition);
DROP TABLE others;

-- thousands of rows with one vector
CREATE TABLE others (id int, embedding vector(4), category int, label text);
INSERT INTO others SELECT i, '[1,1,1,1]', i % 1000, 'l' || i % 3 FROM generate_series(1, 6000) i;
CREATE INDEX others_index ON others USING hnsw (embedding vector_l2_ops, category, label);
INSERT INTO others SELECT i, '[1,1,1,1]', i % 1000, 'l' || i % 3 FROM generate_series(6001, 9000) i;
SELECT * FROM unnest(ARRAY['category = 77', 'label = ''l1''', 'category < 3']) condition,
     matching('others', condition);
DELETE FROM others WHERE id % 2 = 0;
VACUUM others;
INSERT INTO others SELECT i, '[1,1,1,1]', i % 1000, 'l' || i % 3 FROM generate_series(9001, 9500) i;
SELECT * FROM unnest(ARRAY['category = 77', 'label = ''l1''', 'category < 3']) condition,
     matching('others', condition);
DROP TABLE others;

-- toasted, collated, expressions; a partial index
CREATE COLLATION "any case" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TABLE others (id int, embedding vector(4), body text, name text COLLATE "any case");
ALTER TABLE others ALTER body SET STORAGE EXTERNAL;
INSERT INTO others SELECT i, vector_of(i, 4), repeat(md5(i::text), 200), 'Name ' || i % 10 || repeat('x', i % 50)
FROM generate_series(1, 300) i;
CREATE INDEX ON others USING hnsw (embedding vector_l2_ops, body, name, lower(name), (id % 4)) WHERE id > 20;
INSERT INTO others SELECT i, vector_of(i, 4), repeat(md5(i::text), 200), 'Name ' || i % 10 || repeat('x', i % 50)
FROM generate_series(301, 400) i;
SELECT * FROM unnest(ARRAY['body = repeat(md5(''77''), 200)', 'body < repeat(''7'', 100)', 'name = ''name 0''',
    'name = ''NAME 3''||repeat(''X'', 43)',
                  'lower(name) = ''name 5xxxxx''', 'id % 4 = 2']) condition, matching('others',
    'id > 20 AND ' || condition);
DROP TABLE others;

-- limits
CREATE INDEX ON items USING hnsw (category);
CREATE INDEX ON items USING hnsw (category, embedding vector_l2_ops);
CREATE INDEX ON items USING hnsw (embedding vector_l2_ops, embedding vector_ip_ops);
SET client_min_messages = warning;
CREATE TYPE wide;
CREATE FUNCTION wide_in(cstring) RETURNS wide LANGUAGE internal IMMUTABLE STRICT AS 'namein';
CREATE FUNCTION wide_out(wide) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'nameout';
CREATE TYPE wide (INPUT = wide_in, OUTPUT = wide_out, INTERNALLENGTH = 4000);
RESET client_min_messages;
CREATE TABLE others (id int, embedding vector(4), a wide, b wide);
CREATE INDEX ON others USING hnsw (embedding vector_l2_ops) INCLUDE (a, b);
CREATE UNLOGGED TABLE more (id int, embedding vector(4), a wide, b wide);
CREATE INDEX ON more USING hnsw (embedding vector_l2_ops) INCLUDE (a, b);
CREATE INDEX ON others USING hnsw (embedding vector_l2_ops) INCLUDE (a);
DROP TABLE others, more;
\set VERBOSITY terse
DROP TYPE wide CASCADE;

-- what the index says it can do
CREATE INDEX items_index ON items USING hnsw (embedding vector_l2_ops, category) INCLUDE (label);
SELECT a, pg_index_column_has_property('items_index', a, 'distance_orderable') AS distance,
       pg_index_column_has_property('items_index', a, 'search_array') AS array,
       pg_index_column_has_property('items_index', a, 'search_nulls') AS nulls,
       pg_index_column_has_property('items_index', a, 'returnable') AS returnable
FROM generate_series(1, 3) a;
DROP VIEW conditions;
DROP TABLE items;
DROP FUNCTION fill;
DROP TYPE mood;
DROP DOMAIN price;
DROP COLLATION "any case";
