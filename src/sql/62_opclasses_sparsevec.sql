-- operator classes of the access method for sparsevec

CREATE FUNCTION hnsw_sparsevec_l2_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_sparsevec_l2_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_sparsevec_l2_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_sparsevec_ip_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_sparsevec_ip_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_sparsevec_ip_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_sparsevec_cosine_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_sparsevec_cosine_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_sparsevec_cosine_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_sparsevec_l1_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_sparsevec_l1_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_sparsevec_l1_support(internal) IS
    'hnsw support';

CREATE OPERATOR CLASS sparsevec_l2_ops
    FOR TYPE sparsevec USING hnsw AS
    OPERATOR 1 <-> (sparsevec, sparsevec) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_sparsevec_l2_support(internal);
COMMENT ON OPERATOR CLASS sparsevec_l2_ops USING hnsw IS
    'ORDER BY Euclidean distance';
COMMENT ON OPERATOR FAMILY sparsevec_l2_ops USING hnsw IS
    'ORDER BY Euclidean distance';

CREATE OPERATOR CLASS sparsevec_ip_ops
    FOR TYPE sparsevec USING hnsw AS
    OPERATOR 1 <#> (sparsevec, sparsevec) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_sparsevec_ip_support(internal);
COMMENT ON OPERATOR CLASS sparsevec_ip_ops USING hnsw IS
    'ORDER BY inner product, largest first';
COMMENT ON OPERATOR FAMILY sparsevec_ip_ops USING hnsw IS
    'ORDER BY inner product, largest first';

CREATE OPERATOR CLASS sparsevec_cosine_ops
    FOR TYPE sparsevec USING hnsw AS
    OPERATOR 1 <=> (sparsevec, sparsevec) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_sparsevec_cosine_support(internal);
COMMENT ON OPERATOR CLASS sparsevec_cosine_ops USING hnsw IS
    'ORDER BY cosine distance';
COMMENT ON OPERATOR FAMILY sparsevec_cosine_ops USING hnsw IS
    'ORDER BY cosine distance';

CREATE OPERATOR CLASS sparsevec_l1_ops
    FOR TYPE sparsevec USING hnsw AS
    OPERATOR 1 <+> (sparsevec, sparsevec) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_sparsevec_l1_support(internal);
COMMENT ON OPERATOR CLASS sparsevec_l1_ops USING hnsw IS
    'ORDER BY taxicab distance';
COMMENT ON OPERATOR FAMILY sparsevec_l1_ops USING hnsw IS
    'ORDER BY taxicab distance';
