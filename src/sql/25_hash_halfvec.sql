-- hashing of halfvec, so that = can group and join by it

CREATE FUNCTION halfvec_hash(halfvec) RETURNS integer
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION halfvec_hash(halfvec) IS
    'hash, the same for equal vectors';

CREATE FUNCTION halfvec_hash_extended(halfvec, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION halfvec_hash_extended(halfvec, bigint) IS
    'hash with a seed, the same for equal vectors';

CREATE OPERATOR CLASS halfvec_ops DEFAULT FOR TYPE halfvec USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 halfvec_hash(halfvec),
    FUNCTION 2 halfvec_hash_extended(halfvec, bigint);
COMMENT ON OPERATOR CLASS halfvec_ops USING hash IS
    'hashes of vectors, for grouping, joins, partitions and equality';
COMMENT ON OPERATOR FAMILY halfvec_ops USING hash IS
    'hashes of vectors';
