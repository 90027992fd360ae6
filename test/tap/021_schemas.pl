# The extension in a schema of its own, then moved: its objects are found by what they are, not by their names, which
# a schema before theirs has too, for objects that raise errors.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
sub query { return $node->safe_psql('postgres', @_) }

# In a schema of their own: functions and operators as those of the extension, operators as those of core.
# Nothing is there for functions of types that only C can deal with.
query(<<'END');
CREATE SCHEMA ext;
CREATE SCHEMA other;
CREATE SCHEMA hostile;
CREATE DOMAIN hostile.vector AS text CHECK (false);
CREATE DOMAIN hostile.halfvec AS text CHECK (false);
CREATE DOMAIN hostile.int8vec AS text CHECK (false);
CREATE DOMAIN hostile.sparsevec AS text CHECK (false);
CREATE DOMAIN hostile.float8 AS text CHECK (false);
SET search_path = hostile, pg_catalog;
CREATE EXTENSION vectorhnsw SCHEMA ext;
SET search_path = '';
DO $$
DECLARE
    p record;
    body text := 'LANGUAGE plpgsql AS ''BEGIN RAISE EXCEPTION ''''hostile''''; END''';
BEGIN
    FOR p IN SELECT proname, pg_get_function_identity_arguments(oid) AS arguments, prorettype::regtype AS result
             FROM pg_proc
             WHERE pronamespace = 'ext'::regnamespace AND prokind = 'f'
                   AND NOT ARRAY[prorettype] || proargtypes::oid[] && '{internal,cstring,cstring[]}'::regtype[]::oid[]
                   AND prorettype <> 'index_am_handler'::regtype LOOP
        EXECUTE format('CREATE FUNCTION hostile.%I(%s) RETURNS %s %s', p.proname, p.arguments, p.result, body);
    END LOOP;
    FOR p IN SELECT oid, oprname, oprleft::regtype AS a, oprright::regtype AS b, oprresult::regtype AS result
             FROM pg_operator
             WHERE oprnamespace = 'ext'::regnamespace
                   OR oprname IN ('=', '<', '>', '<=', '>=', '<>')
                      AND ARRAY[oprleft, oprright] <@ '{bool,int8,int2,int4,text,float4,float8}'::regtype[]::oid[] LOOP
        EXECUTE format('CREATE FUNCTION hostile.operator_%s(%s, %s) RETURNS %s %s', p.oid, p.a, p.b, p.result, body);
        EXECUTE format('CREATE OPERATOR hostile.%s (FUNCTION = hostile.operator_%s, LEFTARG = %s, RIGHTARG = %s)',
                       p.oprname, p.oid, p.a, p.b);
    END LOOP;
END $$;
END

# Everything in a query is qualified. EXT is the schema of the extension.
my $setup = <<'END';
CREATE TABLE public.items (id pg_catalog.int4, label pg_catalog.text, v EXT.vector(3), h EXT.halfvec(3),
    s EXT.sparsevec(3), i EXT.int8vec(3), b pg_catalog."bit"(8), PRIMARY KEY (id));
INSERT INTO public.items
SELECT n, 'no. ' OPERATOR(pg_catalog.||) (n OPERATOR(pg_catalog.%) 5)::pg_catalog.text, v, v, v, v::EXT.int8vec,
    n::pg_catalog."bit"(8)
FROM pg_catalog.generate_series(1, 300) n,
    LATERAL (SELECT ARRAY[n, 1, 300 OPERATOR(pg_catalog.-) n]::EXT.vector AS v) x;
CREATE INDEX v_l2 ON public.items USING hnsw (v EXT.vector_l2_ops, id, label);
CREATE INDEX h_cosine ON public.items USING hnsw (h EXT.halfvec_cosine_ops);
CREATE INDEX s_l1 ON public.items USING hnsw (s EXT.sparsevec_l1_ops);
CREATE INDEX i_ip ON public.items USING hnsw (i EXT.int8vec_ip_ops);
CREATE INDEX b_hamming ON public.items USING hnsw (b EXT.bit_hamming_ops);
CREATE INDEX v_btree ON public.items (v);
CREATE INDEX v_hash ON public.items USING hash (v);
END
my @checks = (
    ['nearest by the index',
        q{SELECT id FROM public.items ORDER BY v OPERATOR(EXT.<->) '[50,1,250]' LIMIT 1}, 50, 'v_l2'],
    ['with a condition',
        q{SELECT id FROM public.items WHERE id OPERATOR(pg_catalog.>) 60 AND label OPERATOR(pg_catalog.=) 'no. 3'
        ORDER BY v OPERATOR(EXT.<->) '[50,1,250]' LIMIT 1}, 63, 'HnswScan'],
    ['halfvec', q{SELECT id FROM public.items ORDER BY h OPERATOR(EXT.<=>) '[50,1,250]' LIMIT 1}, 50, 'h_cosine'],
    ['sparsevec', q{SELECT id FROM public.items ORDER BY s OPERATOR(EXT.<+>) '{1:50,2:1,3:250}/3' LIMIT 1}, 50, 's_l1'],
    ['int8vec',
        q{SELECT pg_catalog.count(*) FROM (SELECT FROM public.items ORDER BY i OPERATOR(EXT.<#>) '[1,1,1]' LIMIT 7) x},
        7, 'i_ip'],
    ['bit', q{SELECT b FROM public.items ORDER BY b OPERATOR(EXT.<~>) B'00001111' LIMIT 1}, '00001111', 'b_hamming'],
    ['equality by btree or hash',
        q{SELECT id FROM public.items WHERE v OPERATOR(EXT.=) '[7,1,293]'}, 7, 'v_(btree|hash)'],
    ['order', q{SELECT id FROM public.items ORDER BY v LIMIT 1}, 1, 'v_btree'],
    ['hash join',
        q{SELECT pg_catalog.count(*) FROM public.items a JOIN public.items b ON a.v OPERATOR(EXT.=) b.v}, 300,
        'Hash Join'],
    ['groups', q{SELECT pg_catalog.count(*) FROM (SELECT h FROM public.items GROUP BY h) x}, 300, 'Aggregate'],
    ['aggregates',
        q{SELECT EXT.avg(v), EXT.sum(h) FROM public.items WHERE id OPERATOR(pg_catalog.<=) 3},
        '[2,1,298]|[6,3,894]', ''],
    ['subscripts', q{SELECT v[1], h[2], s[3], i[3] IS NOT NULL, (v[1:2])[2] FROM public.items
        WHERE id OPERATOR(pg_catalog.=) 5}, '5|1|295|t|1', ''],
    ['casts', q{SELECT v::EXT.halfvec, s::EXT.vector, h::EXT.sparsevec, i::EXT.int8vec(3) OPERATOR(EXT.=) i,
        v::pg_catalog.float4[], ARRAY[1.5,2]::EXT.vector(2) FROM public.items WHERE id OPERATOR(pg_catalog.=) 5},
        '[5,1,295]|[5,1,295]|{1:5,2:1,3:295}/3|t|{5,1,295}|[1.5,2]', ''],
    ['arrays',
        q{SELECT pg_catalog.array_agg(v ORDER BY v DESC) OPERATOR(pg_catalog.=)
            ARRAY['[2,1,298]','[1,1,299]']::EXT.vector[]
        FROM public.items WHERE id OPERATOR(pg_catalog.<) 3}, 't', ''],
);
my $changes = <<'END';
INSERT INTO public.items SELECT id OPERATOR(pg_catalog.+) 1000, label, v OPERATOR(EXT.+) '[0,9,0]', h, s, i, b
    FROM public.items WHERE id OPERATOR(pg_catalog.>) 200;
DELETE FROM public.items WHERE id OPERATOR(pg_catalog.>) 1000;
VACUUM ANALYZE public.items;
REINDEX TABLE public.items;
END

sub in_schema {
    my ($schema, $sql) = @_;
    return $sql =~ s/\bEXT\./$schema./gr;
}

sub answers_ok {
    my ($schema, $path) = @_;
    my $set = "SET search_path = $path; SET enable_seqscan = off; SET enable_sort = off;
        SET enable_mergejoin = off; SET enable_nestloop = off;";
    for my $check (@checks) {
        my ($what, $sql, $answer, $plan) = @$check;
        my $text = in_schema($schema, $sql);
        is(query("$set $text"), $answer, "$schema, path $path: $what");
        like(query("$set EXPLAIN (VERBOSE) $text"), qr/$plan/, "$schema, path $path: plan of $what");
    }
    return;
}

my @paths = (q{''}, 'hostile, pg_catalog');
for my $hostile ('l2_distance(v, v)', 'v <-> v', 'v = v', '1 < 2') {
    my (undef, undef, $said) = $node->psql('postgres', "SET search_path = hostile, pg_catalog;
        SELECT $hostile FROM (SELECT '[1]'::ext.vector AS v) s");
    like($said, qr/ERROR: +hostile/, "$hostile: another one, unless qualified");
}
query("SET search_path = hostile, pg_catalog;\n" . in_schema('ext', $setup));
for my $path (@paths) {
    answers_ok('ext', $path);
    query("SET search_path = $path;\n" . in_schema('ext', $changes));
}
query('SET search_path = hostile, pg_catalog; ALTER EXTENSION vectorhnsw SET SCHEMA other');
for my $path (@paths) {
    answers_ok('other', $path);
    query("SET search_path = $path;\n" . in_schema('other', $changes));
}
is(query(q{SELECT count(*) FROM pg_depend JOIN pg_proc p ON p.oid = objid JOIN pg_language l ON l.oid = prolang
    WHERE refclassid = 'pg_extension'::regclass AND classid = 'pg_proc'::regclass AND deptype = 'e'
        AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vectorhnsw')
        AND lanname <> 'c' AND prokind = 'f'}), 0, 'no function has a body that names others');
done_testing();
