-- operator classes for filter columns: the conditions on the columns after the vector that an index can test itself
--
-- Names and operators are those of btree, GIN and GiST together; <> is added everywhere. The numbers mean the same in
-- all classes, and 1 to 6 in all that anybody may add (amvalidate):
--     1 <    2 <=   3 =    4 >=   5 >    6 <>     7 &&    8 @>, >>=   9 <@, <<=
--     10 ?   11 ?|  12 ?&  13 <<  14 >>  15 &<    16 &>   17 -|-      18 @?   19 @@

CREATE OPERATOR FAMILY integer_ops USING hnsw;
COMMENT ON OPERATOR FAMILY integer_ops USING hnsw IS
    'filter by comparison with any integer type';

CREATE OPERATOR CLASS int2_ops
    DEFAULT FOR TYPE int2 USING hnsw FAMILY integer_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (int2, int4), OPERATOR 2 <= (int2, int4), OPERATOR 3 = (int2, int4), OPERATOR 4 >= (int2, int4),
    OPERATOR 5 > (int2, int4), OPERATOR 6 <> (int2, int4),
    OPERATOR 1 < (int2, int8), OPERATOR 2 <= (int2, int8), OPERATOR 3 = (int2, int8), OPERATOR 4 >= (int2, int8),
    OPERATOR 5 > (int2, int8), OPERATOR 6 <> (int2, int8);
COMMENT ON OPERATOR CLASS int2_ops USING hnsw IS
    'filter by comparison with any integer type';

CREATE OPERATOR CLASS int4_ops
    DEFAULT FOR TYPE int4 USING hnsw FAMILY integer_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (int4, int2), OPERATOR 2 <= (int4, int2), OPERATOR 3 = (int4, int2), OPERATOR 4 >= (int4, int2),
    OPERATOR 5 > (int4, int2), OPERATOR 6 <> (int4, int2),
    OPERATOR 1 < (int4, int8), OPERATOR 2 <= (int4, int8), OPERATOR 3 = (int4, int8), OPERATOR 4 >= (int4, int8),
    OPERATOR 5 > (int4, int8), OPERATOR 6 <> (int4, int8);
COMMENT ON OPERATOR CLASS int4_ops USING hnsw IS
    'filter by comparison with any integer type';

CREATE OPERATOR CLASS int8_ops
    DEFAULT FOR TYPE int8 USING hnsw FAMILY integer_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (int8, int2), OPERATOR 2 <= (int8, int2), OPERATOR 3 = (int8, int2), OPERATOR 4 >= (int8, int2),
    OPERATOR 5 > (int8, int2), OPERATOR 6 <> (int8, int2),
    OPERATOR 1 < (int8, int4), OPERATOR 2 <= (int8, int4), OPERATOR 3 = (int8, int4), OPERATOR 4 >= (int8, int4),
    OPERATOR 5 > (int8, int4), OPERATOR 6 <> (int8, int4);
COMMENT ON OPERATOR CLASS int8_ops USING hnsw IS
    'filter by comparison with any integer type';

CREATE OPERATOR FAMILY float_ops USING hnsw;
COMMENT ON OPERATOR FAMILY float_ops USING hnsw IS
    'filter by comparison with any floating-point type';

CREATE OPERATOR CLASS float4_ops
    DEFAULT FOR TYPE float4 USING hnsw FAMILY float_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (float4, float8), OPERATOR 2 <= (float4, float8), OPERATOR 3 = (float4, float8),
    OPERATOR 4 >= (float4, float8), OPERATOR 5 > (float4, float8), OPERATOR 6 <> (float4, float8);
COMMENT ON OPERATOR CLASS float4_ops USING hnsw IS
    'filter by comparison with any floating-point type';

CREATE OPERATOR CLASS float8_ops
    DEFAULT FOR TYPE float8 USING hnsw FAMILY float_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (float8, float4), OPERATOR 2 <= (float8, float4), OPERATOR 3 = (float8, float4),
    OPERATOR 4 >= (float8, float4), OPERATOR 5 > (float8, float4), OPERATOR 6 <> (float8, float4);
COMMENT ON OPERATOR CLASS float8_ops USING hnsw IS
    'filter by comparison with any floating-point type';

CREATE OPERATOR FAMILY datetime_ops USING hnsw;
COMMENT ON OPERATOR FAMILY datetime_ops USING hnsw IS
    'filter by comparison with dates and timestamps';

CREATE OPERATOR CLASS date_ops
    DEFAULT FOR TYPE date USING hnsw FAMILY datetime_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (date, timestamp), OPERATOR 2 <= (date, timestamp), OPERATOR 3 = (date, timestamp),
    OPERATOR 4 >= (date, timestamp), OPERATOR 5 > (date, timestamp), OPERATOR 6 <> (date, timestamp),
    OPERATOR 1 < (date, timestamptz), OPERATOR 2 <= (date, timestamptz), OPERATOR 3 = (date, timestamptz),
    OPERATOR 4 >= (date, timestamptz), OPERATOR 5 > (date, timestamptz), OPERATOR 6 <> (date, timestamptz);
COMMENT ON OPERATOR CLASS date_ops USING hnsw IS
    'filter by comparison with dates and timestamps';

CREATE OPERATOR CLASS timestamp_ops
    DEFAULT FOR TYPE timestamp USING hnsw FAMILY datetime_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (timestamp, date), OPERATOR 2 <= (timestamp, date), OPERATOR 3 = (timestamp, date),
    OPERATOR 4 >= (timestamp, date), OPERATOR 5 > (timestamp, date), OPERATOR 6 <> (timestamp, date),
    OPERATOR 1 < (timestamp, timestamptz), OPERATOR 2 <= (timestamp, timestamptz),
    OPERATOR 3 = (timestamp, timestamptz), OPERATOR 4 >= (timestamp, timestamptz),
    OPERATOR 5 > (timestamp, timestamptz), OPERATOR 6 <> (timestamp, timestamptz);
COMMENT ON OPERATOR CLASS timestamp_ops USING hnsw IS
    'filter by comparison with dates and timestamps';

CREATE OPERATOR CLASS timestamptz_ops
    DEFAULT FOR TYPE timestamptz USING hnsw FAMILY datetime_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (timestamptz, date), OPERATOR 2 <= (timestamptz, date), OPERATOR 3 = (timestamptz, date),
    OPERATOR 4 >= (timestamptz, date), OPERATOR 5 > (timestamptz, date), OPERATOR 6 <> (timestamptz, date),
    OPERATOR 1 < (timestamptz, timestamp), OPERATOR 2 <= (timestamptz, timestamp),
    OPERATOR 3 = (timestamptz, timestamp), OPERATOR 4 >= (timestamptz, timestamp),
    OPERATOR 5 > (timestamptz, timestamp), OPERATOR 6 <> (timestamptz, timestamp);
COMMENT ON OPERATOR CLASS timestamptz_ops USING hnsw IS
    'filter by comparison with dates and timestamps';

CREATE OPERATOR FAMILY text_ops USING hnsw;
COMMENT ON OPERATOR FAMILY text_ops USING hnsw IS
    'filter by comparison with text';

CREATE OPERATOR CLASS text_ops
    DEFAULT FOR TYPE text USING hnsw FAMILY text_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (text, name), OPERATOR 2 <= (text, name), OPERATOR 3 = (text, name), OPERATOR 4 >= (text, name),
    OPERATOR 5 > (text, name), OPERATOR 6 <> (text, name);
COMMENT ON OPERATOR CLASS text_ops USING hnsw IS
    'filter by comparison with text';

CREATE OPERATOR CLASS name_ops
    DEFAULT FOR TYPE name USING hnsw FAMILY text_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 1 < (name, text), OPERATOR 2 <= (name, text), OPERATOR 3 = (name, text), OPERATOR 4 >= (name, text),
    OPERATOR 5 > (name, text), OPERATOR 6 <> (name, text);
COMMENT ON OPERATOR CLASS name_ops USING hnsw IS
    'filter by comparison with text';

CREATE OPERATOR CLASS numeric_ops
    DEFAULT FOR TYPE numeric USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS numeric_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY numeric_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS bpchar_ops
    DEFAULT FOR TYPE bpchar USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS bpchar_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY bpchar_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS char_ops
    DEFAULT FOR TYPE "char" USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS char_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY char_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS bytea_ops
    DEFAULT FOR TYPE bytea USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS bytea_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY bytea_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS bool_ops
    DEFAULT FOR TYPE bool USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS bool_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY bool_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS time_ops
    DEFAULT FOR TYPE time USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS time_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY time_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS timetz_ops
    DEFAULT FOR TYPE timetz USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS timetz_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY timetz_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS interval_ops
    DEFAULT FOR TYPE interval USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS interval_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY interval_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS uuid_ops
    DEFAULT FOR TYPE uuid USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS uuid_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY uuid_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS oid_ops
    DEFAULT FOR TYPE oid USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS oid_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY oid_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR CLASS enum_ops
    DEFAULT FOR TYPE anyenum USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>;
COMMENT ON OPERATOR CLASS enum_ops USING hnsw IS
    'filter by comparison';
COMMENT ON OPERATOR FAMILY enum_ops USING hnsw IS
    'filter by comparison';

CREATE OPERATOR FAMILY network_ops USING hnsw;
COMMENT ON OPERATOR FAMILY network_ops USING hnsw IS
    'filter by comparison and containment of networks';

CREATE OPERATOR CLASS inet_ops
    DEFAULT FOR TYPE inet USING hnsw FAMILY network_ops AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 7 &&, OPERATOR 8 >>=, OPERATOR 9 <<=, OPERATOR 13 <<, OPERATOR 14 >>;
COMMENT ON OPERATOR CLASS inet_ops USING hnsw IS
    'filter by comparison and containment of networks';

CREATE OPERATOR CLASS array_ops
    DEFAULT FOR TYPE anyarray USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 7 &&, OPERATOR 8 @>, OPERATOR 9 <@;
COMMENT ON OPERATOR CLASS array_ops USING hnsw IS
    'filter by elements, or comparison of whole arrays';
COMMENT ON OPERATOR FAMILY array_ops USING hnsw IS
    'filter by elements, or comparison of whole arrays';

CREATE OPERATOR CLASS jsonb_ops
    DEFAULT FOR TYPE jsonb USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 8 @>, OPERATOR 9 <@, OPERATOR 10 ? (jsonb, text), OPERATOR 11 ?| (jsonb, text[]),
    OPERATOR 12 ?& (jsonb, text[]), OPERATOR 18 @? (jsonb, jsonpath), OPERATOR 19 @@ (jsonb, jsonpath);
COMMENT ON OPERATOR CLASS jsonb_ops USING hnsw IS
    'filter by keys, contained values and paths, or comparison of whole values';
COMMENT ON OPERATOR FAMILY jsonb_ops USING hnsw IS
    'filter by keys, contained values and paths, or comparison of whole values';

CREATE OPERATOR CLASS range_ops
    DEFAULT FOR TYPE anyrange USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 7 &&, OPERATOR 8 @>, OPERATOR 9 <@, OPERATOR 13 <<, OPERATOR 14 >>, OPERATOR 15 &<, OPERATOR 16 &>,
    OPERATOR 17 -|-,
    OPERATOR 7 && (anyrange, anymultirange), OPERATOR 8 @> (anyrange, anymultirange),
    OPERATOR 9 <@ (anyrange, anymultirange), OPERATOR 13 << (anyrange, anymultirange),
    OPERATOR 14 >> (anyrange, anymultirange), OPERATOR 15 &< (anyrange, anymultirange),
    OPERATOR 16 &> (anyrange, anymultirange), OPERATOR 17 -|- (anyrange, anymultirange),
    OPERATOR 8 @> (anyrange, anyelement);
COMMENT ON OPERATOR CLASS range_ops USING hnsw IS
    'filter by overlap, containment and position, or comparison';
COMMENT ON OPERATOR FAMILY range_ops USING hnsw IS
    'filter by overlap, containment and position, or comparison';

CREATE OPERATOR CLASS multirange_ops
    DEFAULT FOR TYPE anymultirange USING hnsw AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, OPERATOR 6 <>,
    OPERATOR 7 &&, OPERATOR 8 @>, OPERATOR 9 <@, OPERATOR 13 <<, OPERATOR 14 >>, OPERATOR 15 &<, OPERATOR 16 &>,
    OPERATOR 17 -|-,
    OPERATOR 7 && (anymultirange, anyrange), OPERATOR 8 @> (anymultirange, anyrange),
    OPERATOR 9 <@ (anymultirange, anyrange), OPERATOR 13 << (anymultirange, anyrange),
    OPERATOR 14 >> (anymultirange, anyrange), OPERATOR 15 &< (anymultirange, anyrange),
    OPERATOR 16 &> (anymultirange, anyrange), OPERATOR 17 -|- (anymultirange, anyrange),
    OPERATOR 8 @> (anymultirange, anyelement);
COMMENT ON OPERATOR CLASS multirange_ops USING hnsw IS
    'filter by overlap, containment and position, or comparison';
COMMENT ON OPERATOR FAMILY multirange_ops USING hnsw IS
    'filter by overlap, containment and position, or comparison';
