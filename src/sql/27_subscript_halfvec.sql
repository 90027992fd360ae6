-- subscripts of halfvec: v[3] and v[2:4]

CREATE FUNCTION halfvec_subscript_handler(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_subscript_handler' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION halfvec_subscript_handler(internal) IS
    'subscripts: v[i] is element i (from 1) as real, v[i:j] a part; NULL where the vector has none';

ALTER TYPE halfvec SET (SUBSCRIPT = halfvec_subscript_handler);
