-- subscripts: v[3] and v[2:4]. An element type would make clients take the type for an array, so there is none.

CREATE FUNCTION vector_subscript_handler(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_vector_subscript_handler' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vector_subscript_handler(internal) IS
    'subscripts: v[i] is element i (from 1) as real, v[i:j] a part; NULL where the vector has none';

ALTER TYPE vector SET (SUBSCRIPT = vector_subscript_handler);

CREATE FUNCTION int8vec_subscript_handler(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_subscript_handler' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_subscript_handler(internal) IS
    'subscripts: v[i] is element i (from 1) times the scale, as real, v[i:j] a part; NULL where the vector has none';

ALTER TYPE int8vec SET (SUBSCRIPT = int8vec_subscript_handler);
