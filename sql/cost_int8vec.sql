-- int8vec: what the planner takes functions of vectors to cost; a quarter of the bytes of a vector

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

CREATE TABLE items (id int, small int8vec(128), middle int8vec(1536), far int8vec(3072), any_size int8vec);
CREATE FUNCTION make(dims int) RETURNS int8vec LANGUAGE sql AS $$ SELECT array_fill(1, ARRAY[dims])::int8vec $$;
INSERT INTO items SELECT i, make(128), make(1536), make(3072), make(6144) FROM generate_series(1, 300) i;

-- without statistics: by dimensions and storage
SELECT c, units('l2_norm(' || c || ')', 'items') FROM unnest(ARRAY['small', 'middle', 'far']) c;
ANALYZE items;
SELECT c, units('l2_norm(' || c || ')', 'items') FROM unnest(ARRAY['small', 'middle', 'far', 'any_size']) c;
SELECT c, units(c || ' <-> ' || c, 'items') FROM unnest(ARRAY['small', 'far']) c;

-- one side in the table
SELECT f, units(f || '(far, make(3072))', 'items') - units('make(3072)', 'items')
FROM unnest(ARRAY['l2_distance', 'inner_product', 'cosine_distance', 'int8vec_l2_squared_distance',
                  'int8vec_negative_inner_product']) f;
SELECT units('l2_normalize(far)', 'items');

-- nothing is known of the arguments: COST of the function
SELECT units('v <-> v', '(SELECT make(3) AS v FROM items OFFSET 0) s');

DROP TABLE items;
DROP FUNCTION make, units;
