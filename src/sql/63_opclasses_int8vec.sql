-- operator classes of the access method for int8vec

CREATE FUNCTION hnsw_int8vec_l2_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_l2_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_int8vec_l2_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_int8vec_ip_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_ip_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_int8vec_ip_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_int8vec_cosine_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_cosine_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_int8vec_cosine_support(internal) IS
    'hnsw support';

CREATE OPERATOR CLASS int8vec_l2_ops
    FOR TYPE int8vec USING hnsw AS
    OPERATOR 1 <-> (int8vec, int8vec) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_int8vec_l2_support(internal);
COMMENT ON OPERATOR CLASS int8vec_l2_ops USING hnsw IS
    'ORDER BY Euclidean distance';
COMMENT ON OPERATOR FAMILY int8vec_l2_ops USING hnsw IS
    'ORDER BY Euclidean distance';

CREATE OPERATOR CLASS int8vec_ip_ops
    FOR TYPE int8vec USING hnsw AS
    OPERATOR 1 <#> (int8vec, int8vec) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_int8vec_ip_support(internal);
COMMENT ON OPERATOR CLASS int8vec_ip_ops USING hnsw IS
    'ORDER BY inner product, largest first';
COMMENT ON OPERATOR FAMILY int8vec_ip_ops USING hnsw IS
    'ORDER BY inner product, largest first';

CREATE OPERATOR CLASS int8vec_cosine_ops
    FOR TYPE int8vec USING hnsw AS
    OPERATOR 1 <=> (int8vec, int8vec) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_int8vec_cosine_support(internal);
COMMENT ON OPERATOR CLASS int8vec_cosine_ops USING hnsw IS
    'ORDER BY cosine distance';
COMMENT ON OPERATOR FAMILY int8vec_cosine_ops USING hnsw IS
    'ORDER BY cosine distance';
