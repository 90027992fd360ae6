-- operator classes of the access method: none is the default, the class names the distance

CREATE FUNCTION hnsw_vector_l2_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_vector_l2_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_vector_l2_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_vector_ip_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_vector_ip_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_vector_ip_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_vector_cosine_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_vector_cosine_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_vector_cosine_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_vector_l1_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_vector_l1_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_vector_l1_support(internal) IS
    'hnsw support';

CREATE OPERATOR CLASS vector_l2_ops
    FOR TYPE vector USING hnsw AS
    OPERATOR 1 <-> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_vector_l2_support(internal);
COMMENT ON OPERATOR CLASS vector_l2_ops USING hnsw IS
    'ORDER BY Euclidean distance';
COMMENT ON OPERATOR FAMILY vector_l2_ops USING hnsw IS
    'ORDER BY Euclidean distance';

CREATE OPERATOR CLASS vector_ip_ops
    FOR TYPE vector USING hnsw AS
    OPERATOR 1 <#> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_vector_ip_support(internal);
COMMENT ON OPERATOR CLASS vector_ip_ops USING hnsw IS
    'ORDER BY inner product, largest first';
COMMENT ON OPERATOR FAMILY vector_ip_ops USING hnsw IS
    'ORDER BY inner product, largest first';

CREATE OPERATOR CLASS vector_cosine_ops
    FOR TYPE vector USING hnsw AS
    OPERATOR 1 <=> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_vector_cosine_support(internal);
COMMENT ON OPERATOR CLASS vector_cosine_ops USING hnsw IS
    'ORDER BY cosine distance';
COMMENT ON OPERATOR FAMILY vector_cosine_ops USING hnsw IS
    'ORDER BY cosine distance';

CREATE OPERATOR CLASS vector_l1_ops
    FOR TYPE vector USING hnsw AS
    OPERATOR 1 <+> (vector, vector) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_vector_l1_support(internal);
COMMENT ON OPERATOR CLASS vector_l1_ops USING hnsw IS
    'ORDER BY taxicab distance';
COMMENT ON OPERATOR FAMILY vector_l1_ops USING hnsw IS
    'ORDER BY taxicab distance';
