-- subscripts of sparsevec: v[3]

CREATE FUNCTION sparsevec_subscript_handler(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_sparsevec_subscript_handler' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION sparsevec_subscript_handler(internal) IS
    'subscripts: v[i] is element i (from 1) as real, 0 where none is stored; NULL where the vector has none';

ALTER TYPE sparsevec SET (SUBSCRIPT = sparsevec_subscript_handler);
