-- hnsw: validation of operator classes

SELECT opcname, amvalidate(c.oid)
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE amname = 'hnsw' ORDER BY opcname;

-- all that the access method could complain about
CREATE OPERATOR CLASS bad_empty_ops FOR TYPE vector USING hnsw AS STORAGE vector;
CREATE OPERATOR CLASS bad_search_ops FOR TYPE vector USING hnsw AS
    OPERATOR 1 = (vector, vector),
    FUNCTION 1 hnsw_vector_l2_support(internal);
CREATE OPERATOR CLASS bad_result_ops FOR TYPE vector USING hnsw AS
    OPERATOR 1 + (vector, vector) FOR ORDER BY vector_ops,
    FUNCTION 1 hnsw_vector_l2_support(internal);
CREATE OPERATOR CLASS bad_sort_ops FOR TYPE vector USING hnsw AS
    OPERATOR 1 <-> (vector, vector) FOR ORDER BY integer_ops,
    FUNCTION 1 hnsw_vector_l2_support(internal);
CREATE OPERATOR CLASS bad_support_ops FOR TYPE vector USING hnsw AS
    OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 vector_l2_squared_distance(vector, vector);
CREATE OPERATOR CLASS bad_types_ops FOR TYPE vector USING hnsw AS
    OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 (vector, integer) hnsw_vector_l2_support(internal);
CREATE OPERATOR CLASS bad_distance_number_ops FOR TYPE vector USING hnsw AS
    OPERATOR 2 <-> (vector, vector) FOR ORDER BY float_ops,
    FUNCTION 1 hnsw_vector_l2_support(internal);
CREATE OPERATOR CLASS bad_missing_ops FOR TYPE vector USING hnsw AS
    OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops;

SELECT opcname, amvalidate(c.oid)
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE amname = 'hnsw' AND opcname LIKE 'bad_%' ORDER BY opcname;

-- filter classes: the same
CREATE OPERATOR CLASS bad_filter_mixed_ops FOR TYPE point USING hnsw AS
    OPERATOR 1 <-> (point, point) FOR ORDER BY float_ops,
    OPERATOR 20 ~=;
CREATE OPERATOR CLASS bad_filter_support_ops FOR TYPE money USING hnsw AS
    OPERATOR 3 =,
    FUNCTION 1 hnsw_vector_l2_support(internal);
CREATE OPERATOR CLASS bad_filter_number_ops FOR TYPE money USING hnsw AS
    OPERATOR 64 =;
CREATE OPERATOR CLASS bad_filter_order_ops FOR TYPE money USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 >, OPERATOR 3 <>, OPERATOR 4 >=, OPERATOR 5 <=, OPERATOR 6 =;
CREATE OPERATOR CLASS bad_filter_pattern_ops FOR TYPE text USING hnsw AS
    OPERATOR 1 ~<~, OPERATOR 3 =;
CREATE OPERATOR CLASS bad_filter_equal_ops FOR TYPE box USING hnsw AS
    OPERATOR 3 ~=;
CREATE OPERATOR FAMILY bad_filter_empty_ops USING hnsw;
CREATE OPERATOR CLASS bad_filter_empty_ops FOR TYPE money USING hnsw FAMILY bad_filter_empty_ops AS STORAGE money;
ALTER OPERATOR FAMILY bad_filter_empty_ops USING hnsw ADD OPERATOR 3 = (xid8, xid8);
-- and good ones of types and operators that the extension does not know: hash equality only, operators by free numbers
CREATE OPERATOR CLASS good_hash_ops FOR TYPE xid USING hnsw AS
    OPERATOR 3 =, OPERATOR 6 <>;
CREATE OPERATOR CLASS good_box_ops FOR TYPE box USING hnsw AS
    OPERATOR 7 &&, OPERATOR 8 @>, OPERATOR 63 ~=;
CREATE OPERATOR CLASS good_pattern_ops FOR TYPE text USING hnsw AS
    OPERATOR 3 =, OPERATOR 20 ~~, OPERATOR 21 ~<~;

SELECT opcname, amvalidate(c.oid)
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod
WHERE amname = 'hnsw' AND (opcname LIKE 'bad_filter_%' OR opcname LIKE 'good_%') ORDER BY opcname;

-- an index of a class without support function
CREATE TABLE items (embedding vector(3));
CREATE INDEX ON items USING hnsw (embedding bad_missing_ops);
DROP TABLE items;

-- a number there is no use for
CREATE OPERATOR CLASS bad_number_ops FOR TYPE vector USING hnsw AS
    FUNCTION 2 hnsw_vector_l2_support(internal);

DROP OPERATOR FAMILY bad_empty_ops USING hnsw;
DROP OPERATOR FAMILY bad_search_ops USING hnsw;
DROP OPERATOR FAMILY bad_result_ops USING hnsw;
DROP OPERATOR FAMILY bad_sort_ops USING hnsw;
DROP OPERATOR FAMILY bad_support_ops USING hnsw;
DROP OPERATOR FAMILY bad_types_ops USING hnsw;
DROP OPERATOR FAMILY bad_distance_number_ops USING hnsw;
DROP OPERATOR FAMILY bad_missing_ops USING hnsw;
DROP OPERATOR FAMILY bad_filter_mixed_ops USING hnsw;
DROP OPERATOR FAMILY bad_filter_support_ops USING hnsw;
DROP OPERATOR FAMILY bad_filter_number_ops USING hnsw;
DROP OPERATOR FAMILY bad_filter_order_ops USING hnsw;
DROP OPERATOR FAMILY bad_filter_pattern_ops USING hnsw;
DROP OPERATOR FAMILY bad_filter_equal_ops USING hnsw;
DROP OPERATOR FAMILY bad_filter_empty_ops USING hnsw;
DROP OPERATOR FAMILY good_hash_ops USING hnsw;
DROP OPERATOR FAMILY good_box_ops USING hnsw;
DROP OPERATOR FAMILY good_pattern_ops USING hnsw;
