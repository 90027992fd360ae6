# What is replayed is what was logged: a standby checks every page that the access method changes against the image that
# its primary sends along, for inserts, deletes, VACUUM and their use of freed space.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Cluster;
use Test::More;

my $primary = new_node('primary', 'wal_consistency_checking = all', allows_streaming => 1);
load_artworks($primary, 1_000);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

# Nodes of several to a page, nodes of more than a page, and lists of rows. Hints about dead rows are not logged, so no
# scan of the primary may meet any.
$primary->safe_psql('postgres', <<'END');
CREATE TABLE wide (id integer, embedding vector(6000));
CREATE INDEX ON wide USING hnsw (embedding vector_l2_ops, id);
CREATE FUNCTION wide_vector(i integer) RETURNS vector IMMUTABLE LANGUAGE sql AS
    'SELECT array_agg((i % 100 * k + k * k) % 17)::vector FROM generate_series(1, 6000) k';
CREATE INDEX ON artworks USING hnsw (embedding vector_cosine_ops, id);
END
for my $round (1 .. 3) {
    $primary->safe_psql('postgres', $_) for split /;/, <<"END";
INSERT INTO artworks SELECT 100000 * $round + id, embedding + embedding FROM artworks WHERE id < 1000;
INSERT INTO artworks SELECT 100000 * $round + 50000 + i, CASE WHEN i % 2 = 0 THEN array_fill(0, ARRAY[384])::vector END
    FROM generate_series(1, 100) i;
INSERT INTO wide SELECT i, wide_vector($round + i / 3) FROM generate_series(1, 60) i;
DELETE FROM artworks WHERE id % 5 = $round;
DELETE FROM wide WHERE id % 4 = $round;
VACUUM artworks, wide
END
}
$primary->wait_for_catchup($standby);
complete_ok($standby, 'artworks', '<=>', 'standby');
is($standby->safe_psql('postgres', 'SELECT count(*) > 0 FROM pg_stat_wal_receiver'), 't', 'the standby is still at it');
no_errors_ok($standby, 'standby');

done_testing();
