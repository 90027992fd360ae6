# pg_dump and pg_restore: on another server everything is there again, the indexes with their settings, and works.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = new_node('source', '');
load_artworks($source, 2_000);
$source->safe_psql('postgres', <<'END');
INSERT INTO artworks VALUES (10001, NULL), (10002, array_fill(0, ARRAY[384])::vector), (10003, NULL);
CREATE INDEX by_cosine ON artworks USING hnsw (embedding vector_cosine_ops)
    WITH (m = 12, ef_construction = 80, link_bits = 2);
CREATE INDEX by_distance ON artworks USING hnsw (embedding vector_l2_ops) WHERE id > 100;
CREATE MATERIALIZED VIEW centre AS SELECT avg(embedding)::vector(384) AS embedding FROM artworks;
CREATE INDEX ON centre USING hnsw (embedding vector_ip_ops);
END

# Every kind of object that may have to do with a type, in an order of names that is not the order of needs.
my %types = (vector => '[%s,1,0]', halfvec => '[%s,1,0]', int8vec => '[%s,1,0]*0.5', sparsevec => '{1:%s,2:1}/3');
for my $name (sort keys %types) {
    my $value = $types{$name};
    my ($one, $two, $five) = map { sprintf $value, $_ } 1, 2, 5;
    $source->safe_psql('postgres', <<"END");
CREATE DOMAIN a_$name AS $name(3) DEFAULT '$one' CHECK (VALUE <-> '$two' < 1000);
CREATE FUNCTION near_$name(a $name, b $name) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN a <-> b < 10;
CREATE TYPE b_$name AS (v $name, several $name\[]);
CREATE TABLE ${name}s (
    id integer PRIMARY KEY,
    plain $name,
    sized $name(3) DEFAULT '$two' NOT NULL,
    within a_$name,
    several $name(3)[] DEFAULT ARRAY['$one', '$two']::$name\[],
    pair b_$name DEFAULT ROW('$one', NULL),
    norm double precision GENERATED ALWAYS AS (l2_norm(sized)) STORED,
    label text,
    CHECK (near_$name(plain, sized)),
    EXCLUDE USING btree (plain WITH =)
);
INSERT INTO ${name}s (id, plain, label) SELECT i, format('$value', i)::$name, 'no. ' || i FROM generate_series(1, 9) i;
INSERT INTO ${name}s VALUES (0, NULL, '$one', NULL, ARRAY['$two', NULL]::$name\[], NULL);
CREATE INDEX ON ${name}s USING hash (sized);
CREATE INDEX ON ${name}s USING hnsw ((plain::$name(3)) ${name}_l2_ops, label, (id % 2)) INCLUDE (norm)
    WITH (m = 8, ef_construction = 50, link_bits = 4) WHERE label <> 'no. 4';
CREATE INDEX ON ${name}s USING hnsw (sized ${name}_cosine_ops, norm);
CREATE VIEW a_view_$name AS
    SELECT id, plain <-> sized AS d, plain = ANY (several) AS one_of, plain < sized AS less, plain[1] AS x
    FROM ${name}s WHERE near_$name(plain, sized) ORDER BY plain <=> sized, id;
CREATE TABLE h_$name (v $name(3), id integer) PARTITION BY HASH (v);
CREATE TABLE h_${name}_0 PARTITION OF h_$name FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE h_${name}_1 PARTITION OF h_$name FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE r_$name (v $name(3), id integer) PARTITION BY RANGE (v);
CREATE TABLE r_${name}_0 PARTITION OF r_$name FOR VALUES FROM (MINVALUE) TO ('$five');
CREATE TABLE r_${name}_1 PARTITION OF r_$name FOR VALUES FROM ('$five') TO (MAXVALUE);
INSERT INTO h_$name SELECT plain, id FROM ${name}s WHERE id > 0;
INSERT INTO r_$name SELECT plain, id FROM ${name}s WHERE id > 0;
CREATE INDEX ON r_$name USING hnsw (v ${name}_l2_ops, id);
END
}
$source->safe_psql('postgres', <<'END');
CREATE TABLE bits (id integer PRIMARY KEY, b bit(4), near double precision GENERATED ALWAYS AS (b <~> B'1010') STORED);
INSERT INTO bits SELECT i, i::bit(4) FROM generate_series(1, 9) i;
CREATE INDEX ON bits USING hnsw (b bit_hamming_ops);
CREATE INDEX ON bits USING hnsw (((~ b)::bit(4)) bit_jaccard_ops);
CREATE AGGREGATE total(vector) (SFUNC = vector_add, STYPE = vector);
END

my $target = PostgreSQL::Test::Cluster->new('target');
$target->init;
$target->start;

# What a database contains, as text.
sub content {
    my ($node, $database) = @_;
    my ($text) = run_command(['pg_dump', '--dbname', $node->connstr($database)]);
    # Newer versions begin and end with a random word.
    return $text =~ s/^\\(?:un)?restrict .*\n//mgr;
}

my $file = PostgreSQL::Test::Utils::tempdir . '/dump';
for my $format (qw(plain custom directory)) {
    $source->command_ok(['pg_dump', "--format=$format", "--file=$file.$format", 'postgres'], "$format: dump");
    $target->safe_psql('template1', "CREATE DATABASE $format");
    my @restore = $format eq 'plain' ? qw(psql -Xq -v ON_ERROR_STOP=1) : qw(pg_restore --exit-on-error);
    push @restore, '--jobs=2' if $format eq 'directory';
    push @restore, "--dbname=$format", $format eq 'plain' ? '-f' : (), "$file.$format";
    $target->command_ok(\@restore, "$format: restore");
    ok(content($target, $format) eq content($source, 'postgres'), "$format: same content");
}

$target->safe_psql('template1', 'DROP DATABASE postgres');
$target->safe_psql('template1', 'ALTER DATABASE directory RENAME TO postgres');
$target->safe_psql('postgres', 'ANALYZE');
complete_ok($target, 'artworks', '<=>', 'restored');
remember_exact($target, 'artworks', '<=>');
cmp_ok(recall($target, 'artworks', '<=>', 40), '>=', .97, 'restored: recall');
$target->safe_psql('postgres', <<'END');
INSERT INTO artworks SELECT 20000 + id, embedding FROM artworks WHERE id % 3 = 0;
DELETE FROM artworks WHERE id % 3 = 1;
END
$target->safe_psql('postgres', 'VACUUM artworks');
complete_ok($target, 'artworks', '<=>', 'restored and changed');

done_testing();
