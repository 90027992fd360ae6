-- hnsw: filter columns, every type and every operator, against sorting
\i sql/include/filter.sql
SET timezone = 'America/New_York';

CREATE TABLE results (type text, operator regoperator, condition text, passing bigint, differences bigint, tested text,
                      strategy text);

-- All operators of the column's class with all constants of the operators' right types, then NULL tests.
CREATE FUNCTION check_class(type text, VARIADIC constants text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    class pg_opclass;
    constant text;
    constant_type pg_type;
    entry record;
BEGIN
    SELECT c.* INTO class
    FROM pg_opclass c JOIN pg_index ON c.oid = indclass[1] WHERE indexrelid = 'items_index'::regclass;
    FOREACH constant IN ARRAY constants LOOP
        EXECUTE format('SELECT t.* FROM pg_type t WHERE oid = pg_typeof(%s)', constant) INTO constant_type;
        FOR entry IN
            SELECT amopopr::regoperator AS operator,
                   format('OPERATOR(%s.%s)', oprnamespace::regnamespace, oprname) AS name
            FROM pg_amop JOIN pg_operator o ON o.oid = amopopr
            WHERE amopfamily = class.opcfamily AND amoplefttype = class.opcintype
                  AND CASE amoprighttype::regtype::text
                      WHEN 'anyarray' THEN constant_type.typcategory = 'A'
                      WHEN 'anyenum' THEN constant_type.typtype = 'e'
                      WHEN 'anyrange' THEN constant_type.typtype = 'r'
                      WHEN 'anymultirange' THEN constant_type.typtype = 'm'
                      WHEN 'anyelement' THEN constant_type.typtype = 'b'
                      ELSE amoprighttype = constant_type.oid END
            ORDER BY amopstrategy
        LOOP
            INSERT INTO results
            SELECT check_class.type, entry.operator, condition, c.*
            FROM format('c %s (SELECT %s)', entry.name, constant) condition, compare(condition) c;
            -- Before 17 the planner does not know conditions on our bool columns once it has simplified them.
            CONTINUE WHEN constant_type.typname = 'bool';
            INSERT INTO results
            SELECT check_class.type, entry.operator, condition, c.*
            FROM format('c %s (%s)', entry.name, constant) condition, compare(condition) c;
        END LOOP;
    END LOOP;
    INSERT INTO results
    SELECT check_class.type, NULL, condition, c.*
    FROM unnest(ARRAY['c IS NULL', 'c IS NOT NULL']) condition, compare(condition) c;
END $$;

-- integers
SELECT fill('int2', 'i % 20 - 10');
SELECT check_class('int2', '3::int2', '(-4)::int4', '3::int8', '40000', '(-9223372036854775808)::int8');
SELECT fill('int4', '(i % 20 - 10) * 10000000');
SELECT check_class('int4', '30000000', '(-32768)::int2', '0::int2', '(-40000000)::int8', '3000000000');
SELECT fill('int8', '(i % 20 - 10) * 900000000000000000');
SELECT check_class('int8', '1800000000000000000', '2147483647', '0::int2', '0', '(-9000000000000000000)');
-- floating point: NaN is equal to itself and above all else, -0 equals 0, 0.1 as float4 is not 0.1 as float8
SELECT fill('float4', 'i % 7 - 2.9');
SELECT check_class('float4', '1.1::float4', '1.1::float8', '0.1::float8');
SELECT fill('float4', '(''{NaN,-0,0,Infinity,-Infinity,0.1,1e-40}''::float4[])[i % 7 + 1]');
SELECT check_class('float4', '''NaN''::float4', '''-0''::float4', '0::float8', '0.1::float4', '0.1::float8',
                   '''NaN''::float8',
                   '''Infinity''::float8', '''-Infinity''::float4');
SELECT fill('float8', '(''{NaN,-0,0,Infinity,-Infinity,0.1,1e-310}''::float8[])[i % 7 + 1]');
SELECT check_class('float8', '''NaN''::float4', '''-0''::float4', '0::float8', '0.1::float4', '0.1::float8',
                   '''NaN''::float8',
                   '''Infinity''::float8', '''-Infinity''::float4');
-- numbers: the scale does not matter; some are too long for the node
SELECT fill('numeric', $$CASE i % 7 WHEN 0 THEN 'NaN' WHEN 1 THEN 'Infinity' WHEN 2 THEN '1.0' WHEN 3 THEN '1.000'
                         WHEN 4 THEN i::text ELSE repeat('9', 100) || i % 2 END$$);
SELECT check_class('numeric', '1.00', '''NaN''::numeric', '(repeat(''9'', 100) || ''1.0'')::numeric', '(-1.5)');
-- text: short, equal but for case, too long for the node, compressed, out of line
SELECT fill('text COLLATE "C"', $$CASE i % 7 WHEN 0 THEN '' WHEN 1 THEN 'Abc' WHEN 2 THEN 'abc' || i % 3
                                  WHEN 3 THEN 'Zebra' WHEN 4 THEN repeat('long ', 20) || i % 3
                                  WHEN 5 THEN repeat('long ', 2000) || i % 3
                                  ELSE (SELECT string_agg(md5(i % 3 || '-' || j), '')
                                        FROM generate_series(1, 200) j) END$$);
SELECT check_class('text', '''''::text', '''abc1''::text', 'repeat(''long '', 20) || ''1''', 'repeat(''long '',
                   2000) || ''2''',
                   '(SELECT max(c) FROM items WHERE id % 3 = 1)', '''Abc''::name', '''''::name');
SELECT fill('varchar(40) COLLATE "C"', $$repeat('x', i % 40)$$);
SELECT check_class('varchar', '''xxx''::text', 'repeat(''x'', 30)', 'repeat(''x'', 39)', '''xxxx''::name');
SELECT fill('name', $$repeat('n', i % 20 * 4)$$);
SELECT check_class('name', '''nnnn''::name', '''nnnnnnnn''::text', 'repeat(''n'', 63)', 'repeat(''n'', 64)');
-- characters: trailing blanks do not matter
SELECT fill('bpchar COLLATE "C"', $$rpad(CASE i % 4 WHEN 0 THEN '' WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE repeat('c',
    35) END, i % 50)$$);
SELECT check_class('bpchar', '''''::bpchar', '''a''::bpchar', '''b  ''::bpchar', 'rpad(''a'', 40)::bpchar',
                   'repeat(''c'', 35)::bpchar');
SELECT fill('char(4) COLLATE "C"', $$chr(97 + i % 5)$$);
SELECT check_class('char(4)', '''c''::bpchar', '''c   ''::bpchar', '''c    ''::char(5)');
SELECT fill('"char"', 'i % 256 - 128');
SELECT check_class('"char"', '65::"char"', '(-3)::"char"', '''''::"char"');
SELECT fill('bytea', $$decode(repeat(md5((i % 5)::text), i % 4), 'hex')$$);
SELECT check_class('bytea', '''''::bytea', 'decode(md5(''3''), ''hex'')', 'decode(repeat(md5(''4''), 3), ''hex'')',
                   '''\x80''::bytea');
SELECT fill('bool', 'i % 3 = 0');
SELECT check_class('bool', 'true', 'false');
-- times; comparing dates and timestamps with timestamptz depends on the time zone
SELECT fill('date', $$CASE i % 5 WHEN 0 THEN 'infinity' WHEN 1 THEN '5874897-12-31'
                       ELSE date '2020-01-01' + i % 20 END$$);
SELECT check_class('date', 'date ''2020-01-05''', 'date ''infinity''', 'timestamp ''2020-01-05''',
                   'timestamp ''2020-01-05 12:00''',
                   'timestamp ''infinity''', 'timestamptz ''2020-01-05''', 'timestamptz ''2020-01-05 00:00 UTC''',
                   'timestamptz ''infinity''');
SELECT fill('timestamp', $$CASE i % 5 WHEN 0 THEN '-infinity'
                            ELSE timestamp '2020-11-01' + i % 20 * interval '15 minutes' END$$);
SELECT check_class('timestamp', 'timestamp ''2020-11-01 01:30''', 'timestamp ''-infinity''', 'date ''2020-11-01''',
                   'date ''5874897-12-31''', 'timestamptz ''2020-11-01 01:30 EST''',
                   'timestamptz ''2020-11-01 01:30 EDT''');
SELECT fill('timestamptz', $$CASE i % 5 WHEN 0 THEN 'infinity'
                              ELSE timestamptz '2020-11-01' + i % 20 * interval '15 minutes' END$$);
SELECT check_class('timestamptz', 'timestamp ''2020-11-01 01:30''', 'timestamp ''infinity''', 'date ''2020-11-01''',
                   'date ''5874897-12-31''', 'timestamptz ''2020-11-01 01:30 EST''',
                   'timestamptz ''2020-11-01 01:30 EDT''');
SELECT compare('c = timestamp ''2020-11-01 02:30'''), compare('c > date ''2020-11-01''');
SET timezone = 'Asia/Tokyo';
SELECT compare('c = timestamp ''2020-11-01 16:30'''), compare('c > date ''2020-11-01''');
SET timezone = 'America/New_York';
SELECT fill('time', $$CASE i % 5 WHEN 0 THEN '24:00' WHEN 1 THEN '00:00'
                       ELSE time '00:00' + i % 20 * interval '1 hour' END$$);
SELECT check_class('time', 'time ''24:00''', 'time ''00:00''', 'time ''13:00''', 'time ''13:00:00.000001''');
SELECT fill('timetz', $$((i % 12 + 8) || ':00' || (ARRAY['+01', '+00', '-11'])[i % 3 + 1])$$);
SELECT check_class('timetz', 'timetz ''12:00+01''', 'timetz ''11:00+00''', 'timetz ''24:00-11''');
SELECT fill('interval', $$(ARRAY['1 day', '24 hours', '1 month', '30 days', '-1 second', '0',
    '700 hours'])[i % 7 + 1]$$);
SELECT check_class('interval', 'interval ''1 day''', 'interval ''720 hours''', 'interval ''0''',
                   'interval ''-178000000 years''');
-- the rest of fixed length
SELECT fill('uuid', $$md5((i % 20)::text)$$);
SELECT check_class('uuid', 'md5(''3'')::uuid', '''00000000-0000-0000-0000-000000000000''::uuid', 'md5(''-'')::uuid');
SELECT fill('oid', '(i % 5)::bigint * 1000000000');
SELECT check_class('oid', '3000000000::oid', '0::oid', '1000000000::oid');
-- ALTER TYPE makes the order of the labels different from that of their numbers
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
ALTER TYPE mood ADD VALUE 'meh' BEFORE 'ok';
SELECT fill('mood', $$(ARRAY['sad', 'ok', 'happy', 'meh'])[i % 4 + 1]$$);
SELECT check_class('enum', '''sad''::mood', '''meh''::mood', '''ok''::mood', '''happy''::mood');
-- networks
SELECT fill('inet', $$CASE i % 4 WHEN 0 THEN '10.1.' || i % 5 || '.0/24' WHEN 1 THEN '10.1.' || i % 5 || '.7/24'
                      WHEN 2 THEN '2001:db8::' || i % 5 ELSE '10.1.0.0/16' END$$);
SELECT check_class('inet', '''10.1.3.0/24''::inet', '''10.1.0.0/16''::inet', '''10.1.2.7/24''::inet',
                   '''2001:db8::/32''::inet',
                   '''::/0''::inet', '''0.0.0.0/0''::inet');
SELECT fill('cidr', $$CASE i % 2 WHEN 0 THEN '10.1.' || i % 5 || '.0/24' ELSE '2001:db8:' || i % 5 || '::/48' END$$);
SELECT check_class('cidr', '''10.1.3.0/24''::inet', '''10.1.0.0/16''::inet', '''2001:db8:1::1''::inet');
-- arrays: empty, with NULLs, of two dimensions, too long for the node
SELECT fill('int[]', $$CASE i % 7 WHEN 0 THEN '{}' WHEN 1 THEN ARRAY[i % 5, NULL] WHEN 2 THEN ARRAY[[1, 2], [3, i % 5]]
                       WHEN 3 THEN ARRAY(SELECT generate_series(i % 5, 100)) WHEN 4 THEN ARRAY[3, 3, 3]
                       ELSE ARRAY[i % 5, i % 3, 7] END$$);
SELECT check_class('int[]', '''{}''::int[]', '''{3}''::int[]', '''{3,NULL}''::int[]', '''{NULL}''::int[]',
                   '''{7,1,2}''::int[]',
                   '''{{1,2},{3,4}}''::int[]', 'ARRAY(SELECT generate_series(2, 100))', '''{101}''::int[]');
SELECT fill('text[] COLLATE "C"', $$CASE i % 4 WHEN 0 THEN '{}' WHEN 1 THEN ARRAY['red', repeat('blue', i % 40)]
                                    WHEN 2 THEN ARRAY['red', 'green'] ELSE ARRAY['Red', NULL, 'c' || i % 5] END$$);
SELECT check_class('text[]', '''{red}''::text[]', '''{green,red}''::text[]', '''{c3}''::text[]',
                   'ARRAY[repeat(''blue'', 33)]',
                   '''{NULL}''::text[]', '''{Red,c1,x}''::text[]');
SELECT fill('varchar(9)[] COLLATE "C"', $$ARRAY['c' || i % 5, 'c' || i % 7]$$);
SELECT check_class('varchar[]', '''{c3}''::varchar[]', '''{c1,c6}''::varchar[]');
SELECT fill('mood[]', $$CASE i % 2 WHEN 0 THEN '{sad,ok}' ELSE '{meh}' END::mood[]$$);
SELECT check_class('enum[]', '''{meh}''::mood[]', '''{ok,sad,happy}''::mood[]');
-- elements that are equal but not the same; elements without hash function
SELECT fill('numeric[]', $$(ARRAY['{1.0}', '{1.00,NaN}', '{2}', '{1,2.000}'])[i % 4 + 1]$$);
SELECT check_class('numeric[]', '''{1}''::numeric[]', '''{2.0,1.0}''::numeric[]', '''{NaN}''::numeric[]');
SELECT fill('float8[]', $$(ARRAY['{0}', '{-0,NaN}', '{NaN}', '{}'])[i % 4 + 1]$$);
SELECT check_class('float8[]', '''{0}''::float8[]', '''{-0}''::float8[]', '''{NaN}''::float8[]');
SELECT fill('money[]', $$ARRAY[i % 5]::int[]::money[]$$);
SELECT check_class('money[]', '''{3}''::money[]', '''{1,2,3}''::money[]', '''{}''::money[]');
-- jsonb
SELECT fill('jsonb', $$CASE i % 10 WHEN 0 THEN '{}' WHEN 1 THEN '[]'
                       WHEN 2 THEN format('{"a": %s, "b": {"c": "x"}}', i % 3)
                       WHEN 3 THEN format('["a", "c%s", 1.0, null]', i % 3) WHEN 4 THEN '"a"' WHEN 5 THEN '1'
                       WHEN 6 THEN '{"a": 1.0, "tags": ["x", "y"]}' WHEN 7 THEN '[["a"], {"a": 1}]'
                       WHEN 8 THEN format('{"k%s": true, "a": [1, 2, {"b": null}]}', i % 3)
                       ELSE (SELECT jsonb_object_agg('key ' || j, j * (i % 3))::text FROM generate_series(1, 60) j)
                       END$$);
SELECT check_class('jsonb', '''{}''::jsonb', '''[]''::jsonb', '''{"a": 1}''::jsonb', '''{"a": 1.00}''::jsonb',
                   '''"a"''::jsonb',
                   '''["a"]''::jsonb', '''[1]''::jsonb', '''1.0''::jsonb', '''{"b": {"c": "x"}}''::jsonb',
                   '''{"b": {}}''::jsonb',
                   '''{"tags": ["y"]}''::jsonb', '''{"a": [{"b": null}, 2]}''::jsonb', '''[null, "c1"]''::jsonb',
                   '''[["a"]]''::jsonb',
                   '''{"key 7": 14}''::jsonb', '''{"key 7": 7, "key 60": 60}''::jsonb', '''{"key 61": 1}''::jsonb',
                   '''{"a": 1, "b": {"c": "x", "d": 1}, "tags": ["x", "y", "z"]}''::jsonb',
                   '''a''::text', '''c1''::text', '''b''::text', '''key 60''::text', '''1''::text', '''''::text',
                   '''{a}''::text[]', '''{k1,c2}''::text[]', '''{a,b}''::text[]', '''{a,tags}''::text[]',
                   '''{}''::text[]',
                   '''{a,NULL}''::text[]', '''{key 1,key 60}''::text[]',
                   '''$.a ? (@ == 1)''::jsonpath', '''$.tags[*] ? (@ == "x")''::jsonpath',
                   '''$."key 7" > 10''::jsonpath',
                   '''strict $.b.c == "x"''::jsonpath');
-- ranges and multiranges; of a subtype without hash function
SELECT fill('int4range', $$CASE i % 8 WHEN 0 THEN 'empty' WHEN 1 THEN '(,)' WHEN 2 THEN int4range(i % 20, NULL)
                           ELSE int4range(i % 20, i % 20 + i % 7) END$$);
SELECT check_class('int4range', 'int4range(5, 9)', '''empty''::int4range', '''(,)''::int4range',
                   'int4range(NULL, 7)', 'int4range(3, 6)',
                   '7', '(-1)', '''{[1,3),[15,17)}''::int4multirange', '''{}''::int4multirange');
SELECT fill('int4multirange', $$CASE i % 5 WHEN 0 THEN '{}' WHEN 1 THEN int4multirange(int4range(i % 20, NULL))
                                WHEN 2 THEN (SELECT range_agg(int4range(i % 20 + j * 10, i % 20 + j * 10 + 3))
                                             FROM generate_series(1, 20) j)
                                ELSE int4multirange(int4range(i % 20, i % 20 + 3), int4range(40, 42)) END$$);
SELECT check_class('int4multirange', '''{[1,3),[15,17)}''::int4multirange', '''{}''::int4multirange',
                   '''{[5,8),[40,42)}''::int4multirange',
                   '7', '41', 'int4range(5, 8)', 'int4range(30, NULL)', '''empty''::int4range');
SELECT fill('numrange', $$numrange((i % 10)::text::numeric, (i % 10 || '.500')::numeric)$$);
SELECT check_class('numrange', 'numrange(3.0, 3.5)', 'numrange(2, 4)', '3.25');
SELECT fill('tstzrange', $$tstzrange('2020-01-01', timestamptz '2020-01-01' + i % 10 * interval '1 hour')$$);
SELECT check_class('tstzrange', 'tstzrange(''2020-01-01'', ''2020-01-01 03:00'')', 'timestamptz ''2020-01-01 05:30''',
                   'tstzmultirange(tstzrange(''2020-01-01'',
                   ''2020-01-01 03:00''), tstzrange(''2020-01-02'', NULL))');
CREATE TYPE moneyrange AS RANGE (subtype = money);
SELECT fill('moneyrange', $$moneyrange((i % 5)::money, (i % 5 + i % 3)::money)$$);
SELECT check_class('moneyrange', 'moneyrange(2::money, 4::money)', 'moneyrange(2::money, 3::money)', '3::money');
-- classes of others: operators by numbers of their own choice, no order, no hash function
CREATE OPERATOR CLASS other_box_ops DEFAULT FOR TYPE box USING hnsw AS OPERATOR 7 &&, OPERATOR 8 @>, OPERATOR 40 ~=;
CREATE OPERATOR CLASS other_money_ops DEFAULT FOR TYPE money USING hnsw AS OPERATOR 1 <, OPERATOR 3 =, OPERATOR 6 <>;
CREATE OPERATOR CLASS other_xid_ops DEFAULT FOR TYPE xid USING hnsw AS OPERATOR 3 =, OPERATOR 6 <>;
CREATE OPERATOR CLASS other_pattern_ops FOR TYPE text USING hnsw AS OPERATOR 3 =, OPERATOR 21 ~<~, OPERATOR 22 ~~;
SELECT fill('box', $$box(point(i % 10, i % 7), point(i % 10 + 2, i % 7 + 3))$$);
SELECT check_class('box', 'box ''(3,3),(5,6)''', 'box ''(4,4),(4,4)''');
SELECT fill('money', 'i % 10');
SELECT check_class('money', '3::money');
SELECT fill('xid', '(i % 10)::text');
SELECT check_class('xid', '''3''::xid');
SELECT fill('text COLLATE "C"', $$CASE i % 2 WHEN 0 THEN 'ab' ELSE repeat('ab', i % 40) END$$, 'other_pattern_ops');
SELECT check_class('text by pattern', '''ab''::text', '''a%b''::text', 'repeat(''ab'', 33)');
CREATE DOMAIN year AS int4 CHECK (VALUE > 0);
CREATE DOMAIN word AS text COLLATE "C";
SELECT fill('year', 'i % 10 + 1');
SELECT check_class('domain of int4', '3::year::int4', '4::int8');
SELECT fill('word', $$repeat('w', i % 50)$$);
SELECT check_class('domain of text', '''www''::text', 'repeat(''w'', 40)');

-- what they give
SELECT type, string_agg(DISTINCT tested, '; '), string_agg(DISTINCT coalesce(strategy, '-'), '; '),
       count(*), sum(passing), sum(differences)
FROM results GROUP BY type ORDER BY type COLLATE "C";
SELECT type, condition, passing, differences FROM results WHERE differences > 0 ORDER BY type, condition;
-- nothing left out: neither by these tests nor, of what other access methods know, by the classes
SELECT amopopr::regoperator
FROM pg_amop JOIN pg_am a ON a.oid = amopmethod
WHERE amname = 'hnsw' AND amoppurpose = 's' AND NOT EXISTS (SELECT FROM results WHERE operator = amopopr);
SELECT a.amname, o.amopopr::regoperator
FROM pg_amop o JOIN pg_am a ON a.oid = amopmethod
     JOIN pg_opclass c ON c.opcfamily = o.amopfamily AND c.opcintype = o.amoplefttype
WHERE a.amname IN ('btree', 'hash', 'gin', 'gist') AND c.opcdefault AND amoppurpose = 's'
      AND EXISTS (SELECT FROM pg_opclass h JOIN pg_am m ON m.oid = h.opcmethod
                  WHERE m.amname = 'hnsw' AND h.opcdefault AND h.opcintype = o.amoplefttype
                        AND h.opcname NOT LIKE 'other%')
      AND NOT EXISTS (SELECT FROM pg_amop h JOIN pg_am m ON m.oid = h.amopmethod
                      WHERE m.amname = 'hnsw' AND h.amopopr = o.amopopr)
ORDER BY 1, 2;

DROP TABLE items, results;
DROP OPERATOR FAMILY other_box_ops USING hnsw;
DROP OPERATOR FAMILY other_money_ops USING hnsw;
DROP OPERATOR FAMILY other_xid_ops USING hnsw;
DROP OPERATOR FAMILY other_pattern_ops USING hnsw;
DROP DOMAIN year, word;
DROP TYPE mood, moneyrange;
DROP FUNCTION check_class, fill, compare;
