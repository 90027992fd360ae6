-- distances, norms and distance operators
-- COST 100, for calls that the support function knows nothing about: see "Cost" in src/type/README.md.

CREATE FUNCTION vector_cost_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_vector_cost_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION vector_cost_support(internal) IS
    'planner support: what a call costs';

CREATE FUNCTION l2_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_l2_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION l2_distance(vector, vector) IS
    'Euclidean distance, 0 to Infinity';

CREATE FUNCTION inner_product(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION inner_product(vector, vector) IS
    'inner product; the larger, the closer';

CREATE FUNCTION cosine_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_cosine_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION cosine_distance(vector, vector) IS
    '1 - cosine of the angle, 0 to 2; NaN when a vector is zero';

CREATE FUNCTION l1_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_l1_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION l1_distance(vector, vector) IS
    'taxicab distance, 0 to Infinity';

CREATE FUNCTION vector_norm(vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_norm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION vector_norm(vector) IS
    'Euclidean norm, computed in double precision';

CREATE FUNCTION l2_norm(vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_norm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION l2_norm(vector) IS
    'Euclidean norm, computed in double precision';

CREATE FUNCTION l2_normalize(vector) RETURNS vector
    AS 'MODULE_PATHNAME', 'vhnsw_vector_l2_normalize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION l2_normalize(vector) IS
    'vector of the same direction with Euclidean norm 1; zero stays zero';

CREATE FUNCTION vector_l2_squared_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_l2_squared_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION vector_l2_squared_distance(vector, vector) IS
    'squared Euclidean distance, 0 to Infinity';

CREATE FUNCTION vector_negative_inner_product(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_negative_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION vector_negative_inner_product(vector, vector) IS
    'implementation of <#> operator';

CREATE FUNCTION vector_spherical_distance(vector, vector) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_vector_spherical_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT vector_cost_support;
COMMENT ON FUNCTION vector_spherical_distance(vector, vector) IS
    'angle between two vectors of norm 1, in units of pi: 0 to 1';

CREATE OPERATOR <-> (
    LEFTARG = vector, RIGHTARG = vector, FUNCTION = l2_distance,
    COMMUTATOR = <->
);
COMMENT ON OPERATOR <-> (vector, vector) IS
    'Euclidean distance, 0 to Infinity; an error for different dimensions';

CREATE OPERATOR <#> (
    LEFTARG = vector, RIGHTARG = vector, FUNCTION = vector_negative_inner_product,
    COMMUTATOR = <#>
);
COMMENT ON OPERATOR <#> (vector, vector) IS
    'negative inner product, so that smaller is closer; an error for different dimensions';

CREATE OPERATOR <=> (
    LEFTARG = vector, RIGHTARG = vector, FUNCTION = cosine_distance,
    COMMUTATOR = <=>
);
COMMENT ON OPERATOR <=> (vector, vector) IS
    '1 - cosine of the angle, 0 to 2; NaN when a vector is zero; an error for different dimensions';

CREATE OPERATOR <+> (
    LEFTARG = vector, RIGHTARG = vector, FUNCTION = l1_distance,
    COMMUTATOR = <+>
);
COMMENT ON OPERATOR <+> (vector, vector) IS
    'taxicab distance, 0 to Infinity; an error for different dimensions';

CREATE FUNCTION halfvec_cost_support(internal) RETURNS internal
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_cost_support' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION halfvec_cost_support(internal) IS
    'planner support: what a call costs';

CREATE FUNCTION l2_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_l2_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION l2_distance(halfvec, halfvec) IS
    'Euclidean distance, 0 to Infinity';

CREATE FUNCTION inner_product(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION inner_product(halfvec, halfvec) IS
    'inner product; the larger, the closer';

CREATE FUNCTION cosine_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_cosine_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION cosine_distance(halfvec, halfvec) IS
    '1 - cosine of the angle, 0 to 2; NaN when a vector is zero';

CREATE FUNCTION l1_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_l1_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION l1_distance(halfvec, halfvec) IS
    'taxicab distance, 0 to Infinity';

CREATE FUNCTION l2_norm(halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_l2_norm' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION l2_norm(halfvec) IS
    'Euclidean norm, computed in double precision';

CREATE FUNCTION l2_normalize(halfvec) RETURNS halfvec
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_l2_normalize' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION l2_normalize(halfvec) IS
    'vector of the same direction with Euclidean norm 1, rounded to half precision; zero stays zero';

CREATE FUNCTION halfvec_l2_squared_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_l2_squared_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION halfvec_l2_squared_distance(halfvec, halfvec) IS
    'squared Euclidean distance, 0 to Infinity';

CREATE FUNCTION halfvec_negative_inner_product(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_negative_inner_product' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION halfvec_negative_inner_product(halfvec, halfvec) IS
    'implementation of <#> operator';

CREATE FUNCTION halfvec_spherical_distance(halfvec, halfvec) RETURNS double precision
    AS 'MODULE_PATHNAME', 'vhnsw_halfvec_spherical_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
    SUPPORT halfvec_cost_support;
COMMENT ON FUNCTION halfvec_spherical_distance(halfvec, halfvec) IS
    'angle between two vectors of norm 1, in units of pi: 0 to 1';

CREATE OPERATOR <-> (
    LEFTARG = halfvec, RIGHTARG = halfvec, FUNCTION = l2_distance,
    COMMUTATOR = <->
);
COMMENT ON OPERATOR <-> (halfvec, halfvec) IS
    'Euclidean distance, 0 to Infinity; an error for different dimensions';

CREATE OPERATOR <#> (
    LEFTARG = halfvec, RIGHTARG = halfvec, FUNCTION = halfvec_negative_inner_product,
    COMMUTATOR = <#>
);
COMMENT ON OPERATOR <#> (halfvec, halfvec) IS
    'negative inner product, so that smaller is closer; an error for different dimensions';

CREATE OPERATOR <=> (
    LEFTARG = halfvec, RIGHTARG = halfvec, FUNCTION = cosine_distance,
    COMMUTATOR = <=>
);
COMMENT ON OPERATOR <=> (halfvec, halfvec) IS
    '1 - cosine of the angle, 0 to 2; NaN when a vector is zero; an error for different dimensions';

CREATE OPERATOR <+> (
    LEFTARG = halfvec, RIGHTARG = halfvec, FUNCTION = l1_distance,
    COMMUTATOR = <+>
);
COMMENT ON OPERATOR <+> (halfvec, halfvec) IS
    'taxicab distance, 0 to Infinity; an error for different dimensions';

