-- casts between halfvec and int8vec

CREATE FUNCTION halfvec_to_int8vec(halfvec, integer, boolean) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_to_int8vec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION halfvec_to_int8vec(halfvec, integer, boolean) IS
    'cast to int8vec(n): the scale is the largest magnitude / 127 (1 for zero), elements are rounded to the nearest '
    'multiple';

CREATE FUNCTION int8vec_to_halfvec(int8vec, integer, boolean) RETURNS halfvec
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_to_halfvec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION int8vec_to_halfvec(int8vec, integer, boolean) IS
    'cast to halfvec(n): elements times scale, rounded to half precision; an error on overflow';

CREATE CAST (halfvec AS int8vec) WITH FUNCTION halfvec_to_int8vec(halfvec, integer, boolean) AS ASSIGNMENT;
COMMENT ON CAST (halfvec AS int8vec) IS
    'halfvec to int8vec, rounded to multiples of the largest magnitude / 127';

CREATE CAST (int8vec AS halfvec) WITH FUNCTION int8vec_to_halfvec(int8vec, integer, boolean) AS ASSIGNMENT;
COMMENT ON CAST (int8vec AS halfvec) IS
    'int8vec to the halfvec it stands for, rounded to half precision';
