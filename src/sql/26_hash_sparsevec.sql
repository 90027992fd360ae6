-- hashing of sparsevec, so that = can group and join by it

CREATE FUNCTION sparsevec_hash(sparsevec) RETURNS integer
    AS 'MODULE_PATHNAME', 'vhnsw_sparsevec_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION sparsevec_hash(sparsevec) IS
    'hash, the same for equal vectors';

CREATE FUNCTION sparsevec_hash_extended(sparsevec, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'vhnsw_sparsevec_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION sparsevec_hash_extended(sparsevec, bigint) IS
    'hash with a seed, the same for equal vectors';

CREATE OPERATOR CLASS sparsevec_ops DEFAULT FOR TYPE sparsevec USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 sparsevec_hash(sparsevec),
    FUNCTION 2 sparsevec_hash_extended(sparsevec, bigint);
COMMENT ON OPERATOR CLASS sparsevec_ops USING hash IS
    'hashes of vectors, for grouping, joins, partitions and equality';
COMMENT ON OPERATOR FAMILY sparsevec_ops USING hash IS
    'hashes of vectors';
