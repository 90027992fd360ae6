-- type int8vec: input and output, comparison, parts, distances, casts
-- COST 100 marks functions that compute with every element: see "Cost" in src/type/README.md.

CREATE TYPE int8vec;

CREATE FUNCTION int8vec_in(cstring, oid, integer) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_in(cstring, oid, integer) IS
    'I/O: reads [1,-2,3] or, with a scale, [1,-2,3]*0.5; elements are integers from -128 to 127, the scale is positive '
    'and finite';

CREATE FUNCTION int8vec_out(int8vec) RETURNS cstring
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_out(int8vec) IS
    'I/O: writes [1,-2,3] or, with a scale other than 1, [1,-2,3]*0.5; the scale in the fewest digits that read back '
    'as the same number';

CREATE FUNCTION int8vec_typmod_in(cstring[]) RETURNS integer
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_typmod_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_typmod_in(cstring[]) IS
    'I/O: the dimensions n of int8vec(n), 1 to 16000';

CREATE FUNCTION int8vec_recv(internal, oid, integer) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_recv(internal, oid, integer) IS
    'I/O: reads int16 dimensions, int16 zero, float4 scale, int8 elements, in network byte order';

CREATE FUNCTION int8vec_send(int8vec) RETURNS bytea
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_send(int8vec) IS
    'I/O: writes int16 dimensions, int16 zero, float4 scale, int8 elements, in network byte order';

-- External storage: compressing numbers that look random takes time and saves little.
CREATE TYPE int8vec (
    INPUT = int8vec_in,
    OUTPUT = int8vec_out,
    TYPMOD_IN = int8vec_typmod_in,
    RECEIVE = int8vec_recv,
    SEND = int8vec_send,
    STORAGE = external
);
COMMENT ON TYPE int8vec IS
    'vector of 1 to 16000 integers from -128 to 127, each of which stands for itself times the scale of the vector, a '
    'positive real; int8vec(n) has exactly n';

CREATE FUNCTION vector_dims(int8vec) RETURNS integer
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_dims' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vector_dims(int8vec) IS
    'number of dimensions, 1 to 16000';

CREATE FUNCTION subvector(int8vec, integer, integer) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_subvector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION subvector(int8vec, integer, integer) IS
    'part of a vector: position of the first element (from 1), number of elements; cut at the ends of the vector, '
    'an error when nothing is left';

CREATE FUNCTION binary_quantize(int8vec) RETURNS bit
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_binary_quantize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION binary_quantize(int8vec) IS
    'a bit for each element: 1 when the element is greater than 0';

CREATE FUNCTION int8vec_lt(int8vec, int8vec) RETURNS boolean
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_lt(int8vec, int8vec) IS
    'implementation of < operator';

CREATE FUNCTION int8vec_le(int8vec, int8vec) RETURNS boolean
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_le(int8vec, int8vec) IS
    'implementation of <= operator';

CREATE FUNCTION int8vec_eq(int8vec, int8vec) RETURNS boolean
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_eq(int8vec, int8vec) IS
    'implementation of = operator';

CREATE FUNCTION int8vec_ne(int8vec, int8vec) RETURNS boolean
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_ne(int8vec, int8vec) IS
    'implementation of <> operator';

CREATE FUNCTION int8vec_ge(int8vec, int8vec) RETURNS boolean
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_ge(int8vec, int8vec) IS
    'implementation of >= operator';

CREATE FUNCTION int8vec_gt(int8vec, int8vec) RETURNS boolean
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_gt(int8vec, int8vec) IS
    'implementation of > operator';

CREATE FUNCTION int8vec_cmp(int8vec, int8vec) RETURNS integer
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_cmp(int8vec, int8vec) IS
    'less-equal-greater: -1, 0 or 1; element times scale, one by one, then by number of dimensions';

CREATE OPERATOR < (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = int8vec_lt,
    COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (int8vec, int8vec) IS
    'less than: element times scale, one by one, then by number of dimensions';

CREATE OPERATOR <= (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = int8vec_le,
    COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (int8vec, int8vec) IS
    'less than or equal: element times scale, one by one, then by number of dimensions';

CREATE OPERATOR = (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = int8vec_eq,
    COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel,
    HASHES, MERGES
);
COMMENT ON OPERATOR = (int8vec, int8vec) IS
    'equal: same dimensions, same elements times scale';

CREATE OPERATOR <> (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = int8vec_ne,
    COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (int8vec, int8vec) IS
    'not equal: different dimensions or elements times scale';

CREATE OPERATOR >= (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = int8vec_ge,
    COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (int8vec, int8vec) IS
    'greater than or equal: element times scale, one by one, then by number of dimensions';

CREATE OPERATOR > (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = int8vec_gt,
    COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (int8vec, int8vec) IS
    'greater than: element times scale, one by one, then by number of dimensions';

CREATE OPERATOR CLASS int8vec_ops DEFAULT FOR TYPE int8vec USING btree AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 int8vec_cmp(int8vec, int8vec);
COMMENT ON OPERATOR CLASS int8vec_ops USING btree IS
    'order of vectors, for sorting, grouping and equality';
COMMENT ON OPERATOR FAMILY int8vec_ops USING btree IS
    'order of vectors';

-- distances and norms, of the vectors that are stood for

CREATE FUNCTION int8vec_cost_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_cost_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec_cost_support(internal) IS
    'planner support: what a call costs';

CREATE FUNCTION l2_distance(int8vec, int8vec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_l2_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT int8vec_cost_support;
COMMENT ON FUNCTION l2_distance(int8vec, int8vec) IS
    'Euclidean distance, from 0 on; exactly 0 for equal vectors';

CREATE FUNCTION inner_product(int8vec, int8vec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT int8vec_cost_support;
COMMENT ON FUNCTION inner_product(int8vec, int8vec) IS
    'inner product; the larger, the closer';

CREATE FUNCTION cosine_distance(int8vec, int8vec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_cosine_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT int8vec_cost_support;
COMMENT ON FUNCTION cosine_distance(int8vec, int8vec) IS
    '1 - cosine of the angle, 0 to 2; NaN when a vector is zero';

CREATE FUNCTION l2_norm(int8vec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_l2_norm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT int8vec_cost_support;
COMMENT ON FUNCTION l2_norm(int8vec) IS
    'Euclidean norm, computed in double precision';

CREATE FUNCTION l2_normalize(int8vec) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_l2_normalize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT int8vec_cost_support;
COMMENT ON FUNCTION l2_normalize(int8vec) IS
    'the same elements with the scale that makes the Euclidean norm 1; zero stays as it is';

CREATE FUNCTION int8vec_l2_squared_distance(int8vec, int8vec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_l2_squared_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT int8vec_cost_support;
COMMENT ON FUNCTION int8vec_l2_squared_distance(int8vec, int8vec) IS
    'squared Euclidean distance, from 0 on';

CREATE FUNCTION int8vec_negative_inner_product(int8vec, int8vec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_negative_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT int8vec_cost_support;
COMMENT ON FUNCTION int8vec_negative_inner_product(int8vec, int8vec) IS
    'implementation of <#> operator';

CREATE OPERATOR <-> (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = l2_distance,
    COMMUTATOR = <->
);
COMMENT ON OPERATOR <-> (int8vec, int8vec) IS
    'Euclidean distance, from 0 on; an error for different dimensions';

CREATE OPERATOR <#> (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = int8vec_negative_inner_product,
    COMMUTATOR = <#>
);
COMMENT ON OPERATOR <#> (int8vec, int8vec) IS
    'negative inner product, so that smaller is closer; an error for different dimensions';

CREATE OPERATOR <=> (
    LEFTARG = int8vec, RIGHTARG = int8vec, FUNCTION = cosine_distance,
    COMMUTATOR = <=>
);
COMMENT ON OPERATOR <=> (int8vec, int8vec) IS
    '1 - cosine of the angle, 0 to 2; NaN when a vector is zero; an error for different dimensions';

-- casts

CREATE FUNCTION int8vec(int8vec, integer, boolean) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION int8vec(int8vec, integer, boolean) IS
    'cast to int8vec(n): an error unless the vector has n dimensions';

CREATE FUNCTION vector_to_int8vec(vector, integer, boolean) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_vector_to_int8vec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION vector_to_int8vec(vector, integer, boolean) IS
    'cast to int8vec(n): the scale is the largest magnitude / 127 (1 for zero), elements are rounded to the nearest '
    'multiple';

CREATE FUNCTION to_int8vec(vector, real) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_vector_to_int8vec_with_scale' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION to_int8vec(vector, real) IS
    'the vector in multiples of the given scale, each element rounded to the nearest; an error for multiples below '
    '-128 or above 127';

CREATE FUNCTION int8vec_to_vector(int8vec, integer, boolean) RETURNS vector
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_to_vector' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION int8vec_to_vector(int8vec, integer, boolean) IS
    'cast to vector(n): elements times scale, rounded to single precision; an error on overflow';

CREATE FUNCTION int8vec_to_float4(int8vec, integer, boolean) RETURNS real[]
    AS 'MODULE_PATHNAME', 'vhnsw_int8vec_to_float4' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION int8vec_to_float4(int8vec, integer, boolean) IS
    'cast to an array of elements times scale, rounded to single precision; an error on overflow';

CREATE FUNCTION array_to_int8vec(integer[], integer, boolean) RETURNS int8vec
    AS 'MODULE_PATHNAME', 'vhnsw_array_to_int8vec' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION array_to_int8vec(integer[], integer, boolean) IS
    'cast to int8vec(n), with scale 1: the array must have one dimension, no nulls, elements from -128 to 127';

CREATE CAST (int8vec AS int8vec) WITH FUNCTION int8vec(int8vec, integer, boolean) AS IMPLICIT;
COMMENT ON CAST (int8vec AS int8vec) IS
    'int8vec to int8vec(n): an error unless it has n dimensions';

CREATE CAST (vector AS int8vec) WITH FUNCTION vector_to_int8vec(vector, integer, boolean) AS ASSIGNMENT;
COMMENT ON CAST (vector AS int8vec) IS
    'vector to int8vec, rounded to multiples of the largest magnitude / 127';

CREATE CAST (int8vec AS vector) WITH FUNCTION int8vec_to_vector(int8vec, integer, boolean) AS ASSIGNMENT;
COMMENT ON CAST (int8vec AS vector) IS
    'int8vec to the vector it stands for, rounded to single precision';

CREATE CAST (int8vec AS real[]) WITH FUNCTION int8vec_to_float4(int8vec, integer, boolean) AS ASSIGNMENT;
COMMENT ON CAST (int8vec AS real[]) IS
    'int8vec to the array it stands for, rounded to single precision';

CREATE CAST (integer[] AS int8vec) WITH FUNCTION array_to_int8vec(integer[], integer, boolean) AS ASSIGNMENT;
COMMENT ON CAST (integer[] AS int8vec) IS
    'array to int8vec with scale 1, exact';
