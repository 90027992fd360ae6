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
