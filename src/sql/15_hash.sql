-- hashing, so that = can group and join by it

CREATE FUNCTION vector_hash(vector) RETURNS integer
    AS 'MODULE_PATHNAME', 'vhnsw_vector_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vector_hash(vector) IS
    'hash, the same for equal vectors';

CREATE FUNCTION vector_hash_extended(vector, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'vhnsw_vector_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vector_hash_extended(vector, bigint) IS
    'hash with a seed, the same for equal vectors';

CREATE OPERATOR CLASS vector_ops DEFAULT FOR TYPE vector USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 vector_hash(vector),
    FUNCTION 2 vector_hash_extended(vector, bigint);
COMMENT ON OPERATOR CLASS vector_ops USING hash IS
    'hashes of vectors, for grouping, joins, partitions and equality';
COMMENT ON OPERATOR FAMILY vector_ops USING hash IS
    'hashes of vectors';

CREATE FUNCTION int8vec_hash(int8vec) RETURNS integer
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION int8vec_hash(int8vec) IS
    'hash, the same for equal vectors';

CREATE FUNCTION int8vec_hash_extended(int8vec, bigint) RETURNS bigint
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION int8vec_hash_extended(int8vec, bigint) IS
    'hash with a seed, the same for equal vectors';

CREATE OPERATOR CLASS int8vec_ops DEFAULT FOR TYPE int8vec USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 int8vec_hash(int8vec),
    FUNCTION 2 int8vec_hash_extended(int8vec, bigint);
COMMENT ON OPERATOR CLASS int8vec_ops USING hash IS
    'hashes of vectors, for grouping, joins, partitions and equality';
COMMENT ON OPERATOR FAMILY int8vec_ops USING hash IS
    'hashes of vectors';
