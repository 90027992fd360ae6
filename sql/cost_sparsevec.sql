-- sparsevec: what the planner takes its functions to cost; only statistics tell how many elements a vector has

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

CREATE TABLE items (small sparsevec(100000), middle sparsevec(100000), far sparsevec);
INSERT INTO items
SELECT '{1:1,5:5}/100000', array_fill(1, ARRAY[100]) || array_fill(0, ARRAY[99900]),
       array_fill(1, ARRAY[1000])::sparsevec
FROM generate_series(1, 300);

SELECT c, units('l2_norm(' || c || ')', 'items') FROM unnest(ARRAY['small', 'middle', 'far']) c;
ANALYZE items;
SELECT c, units('l2_norm(' || c || ')', 'items') FROM unnest(ARRAY['small', 'middle', 'far']) c;
SELECT c, units(c || ' <-> ' || c, 'items') FROM unnest(ARRAY['small', 'far']) c;

DROP TABLE items;
DROP FUNCTION units;
