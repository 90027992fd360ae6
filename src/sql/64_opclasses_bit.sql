-- operator classes of the access method for bit

CREATE FUNCTION hnsw_bit_hamming_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_bit_hamming_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_bit_hamming_support(internal) IS
    'hnsw support';

CREATE FUNCTION hnsw_bit_jaccard_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_bit_jaccard_support' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION hnsw_bit_jaccard_support(internal) IS
    'hnsw support';

CREATE OPERATOR CLASS bit_hamming_ops
    FOR TYPE bit USING hnsw AS
    OPERATOR 1 <~> (bit, bit) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_bit_hamming_support(internal);
COMMENT ON OPERATOR CLASS bit_hamming_ops USING hnsw IS
    'ORDER BY Hamming distance';
COMMENT ON OPERATOR FAMILY bit_hamming_ops USING hnsw IS
    'ORDER BY Hamming distance';

CREATE OPERATOR CLASS bit_jaccard_ops
    FOR TYPE bit USING hnsw AS
    OPERATOR 1 <%> (bit, bit) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 hnsw_bit_jaccard_support(internal);
COMMENT ON OPERATOR CLASS bit_jaccard_ops USING hnsw IS
    'ORDER BY Jaccard distance';
COMMENT ON OPERATOR FAMILY bit_jaccard_ops USING hnsw IS
    'ORDER BY Jaccard distance';
