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
CREATE OPERATOR CLASS bad_missing_ops FOR TYPE vector USING hnsw AS
    OPERATOR 1 <-> (vector, vector) FOR ORDER BY float_ops;

SELECT opcname, amvalidate(c.oid)
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE amname = 'hnsw' AND opcname LIKE 'bad_%' ORDER BY opcname;

-- an index of a class without support function
CREATE TABLE items (embedding vector(3));
CREATE INDEX ON items USING hnsw (embedding bad_missing_ops);
DROP TABLE items;

-- numbers there is no use for
CREATE OPERATOR CLASS bad_number_ops FOR TYPE vector USING hnsw AS
    OPERATOR 2 <-> (vector, vector) FOR ORDER BY float_ops;
CREATE OPERATOR CLASS bad_number_ops FOR TYPE vector USING hnsw AS
    FUNCTION 2 hnsw_vector_l2_support(internal);

DROP OPERATOR FAMILY bad_empty_ops USING hnsw;
DROP OPERATOR FAMILY bad_search_ops USING hnsw;
DROP OPERATOR FAMILY bad_result_ops USING hnsw;
DROP OPERATOR FAMILY bad_sort_ops USING hnsw;
DROP OPERATOR FAMILY bad_support_ops USING hnsw;
DROP OPERATOR FAMILY bad_types_ops USING hnsw;
DROP OPERATOR FAMILY bad_missing_ops USING hnsw;
