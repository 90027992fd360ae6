-- vector: what the planner takes functions of vectors to cost

-- Cost of one call, in units of cpu_operator_cost, rounded to tens.
CREATE FUNCTION units(expression text, source text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
    with_call json;
    without json;
BEGIN
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT %s FROM %s', expression, source) INTO with_call;
    EXECUTE format('EXPLAIN (FORMAT JSON) SELECT 1 FROM %s', source) INTO without;
    RETURN round(((with_call -> 0 -> 'Plan' ->> 'Total Cost')::numeric
                - (without -> 0 -> 'Plan' ->> 'Total Cost')::numeric)
        / (without -> 0 -> 'Plan' ->> 'Plan Rows')::numeric / current_setting('cpu_operator_cost')::numeric, -1);
END $$;
\pset format unaligned
\pset tuples_only on
SET max_parallel_workers_per_gather = 0;
SET seq_page_cost = 0;

CREATE TABLE items (id int, small vector(64), middle vector(384), far vector(768), any_size vector);
CREATE TABLE plain (near vector(768));
ALTER TABLE plain ALTER near SET STORAGE PLAIN;
CREATE FUNCTION make(dims int) RETURNS vector LANGUAGE sql AS $$ SELECT array_fill(1, ARRAY[dims])::vector $$;
INSERT INTO items SELECT i, make(64), make(384), make(768), make(1536) FROM generate_series(1, 300) i;
INSERT INTO plain SELECT make(768) FROM generate_series(1, 300);

-- without statistics: by dimensions and storage
SELECT c, units('vector_norm(' || c || ')', 'items') FROM unnest(ARRAY['small', 'middle', 'far']) c;
SELECT units('vector_norm(near)', 'plain');
ANALYZE items, plain;
SELECT c, units('vector_norm(' || c || ')', 'items') FROM unnest(ARRAY['small', 'middle', 'far', 'any_size']) c;
SELECT units('vector_norm(near)', 'plain');
SELECT c, units(c || ' <-> ' || c, 'items') FROM unnest(ARRAY['small', 'far']) c;

-- one side in the table
SELECT f, units(f || '(far, make(768))', 'items') - units('make(768)', 'items')
FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'l1_distance', 'vector_l2_squared_distance',
                  'vector_negative_inner_product', 'vector_spherical_distance']) f;
SELECT units('l2_normalize(far)', 'items');

-- out of line, with fewer dimensions than would have to be
CREATE TABLE pushed (middle vector(384), filler text);
ALTER TABLE pushed ALTER filler SET STORAGE PLAIN;
INSERT INTO pushed SELECT make(384), repeat('x', 1500) FROM generate_series(1, 300);
ANALYZE pushed;
SELECT units('vector_norm(middle)', 'pushed');

-- nothing is known of the arguments: COST of the function
SELECT units('v <-> v', '(SELECT make(3) AS v FROM items OFFSET 0) s');

DROP TABLE items, plain, pushed;
DROP FUNCTION make, units;
