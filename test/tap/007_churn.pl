# Rows come and go, with VACUUM between: the index stays about as good as a new one, does not grow and returns all rows.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', '');
load_artworks($node, 10_000);
# A twentieth of the rows is always absent, another one in each round.
$node->safe_psql('postgres', <<'END');
CREATE TABLE source AS SELECT * FROM artworks;
DELETE FROM artworks WHERE id % 20 = 0;
VACUUM artworks;
CREATE INDEX by_vector ON artworks USING hnsw (embedding vector_cosine_ops);
END
my $pages = "SELECT pg_relation_size('by_vector') / current_setting('block_size')::integer";
my $pages_before = $node->safe_psql('postgres', $pages);
for my $round (1 .. 20) {
    $node->safe_psql('postgres', <<"END");
DELETE FROM artworks WHERE id % 20 = $round % 20;
VACUUM artworks;
INSERT INTO artworks SELECT * FROM source WHERE id % 20 = $round - 1;
END
    complete_ok($node, 'artworks', '<=>', "round $round") if $round % 5 == 0;
}
my $pages_after = $node->safe_psql('postgres', $pages);
cmp_ok($pages_after, '<', 1.05 * $pages_before, "the index has as many pages as before, $pages_before, or hardly more");

remember_exact($node, 'artworks', '<=>');
my %recall = map { $_ => recall($node, 'artworks', '<=>', $_) } 40, 100;
$node->safe_psql('postgres', 'REINDEX INDEX by_vector');
for my $ef_search (40, 100) {
    my $fresh = recall($node, 'artworks', '<=>', $ef_search);
    note("recall $recall{$ef_search}, of a new index $fresh");
    cmp_ok($recall{$ef_search}, '>=', $fresh - .01, "recall with ef_search $ef_search");
}

done_testing();
