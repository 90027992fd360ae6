# Rows that arrive during VACUUM may link to nodes that it frees. Such a link leads nowhere, and must not hide the node
# that gets the slot later.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', '');
load_artworks($node, 2_000);
$node->safe_psql('postgres', <<'END');
CREATE TABLE source AS SELECT row_number() OVER (ORDER BY id) AS n, embedding FROM artworks;
CREATE INDEX by_vector ON artworks USING hnsw (embedding vector_cosine_ops);
DELETE FROM artworks WHERE id % 2 = 0;
END

my $insert = 'INSERT INTO artworks SELECT 1000000 + n, embedding FROM source WHERE n';
my ($vacuum) = background($node, 'SET vacuum_cost_delay = 1', 'SET vacuum_cost_limit = 1',
    'VACUUM (INDEX_CLEANUP on, PARALLEL 0) artworks');
my $rows = 0;
while ($rows < 1_000 && $vacuum->pumpable) {
    $node->safe_psql('postgres', "$insert BETWEEN $rows + 1 AND $rows + 10");
    $rows += 10;
}
cmp_ok($rows, '>=', 100, "$rows rows inserted during VACUUM");
$vacuum->finish;
complete_ok($node, 'artworks', '<=>', 'after VACUUM');
$node->safe_psql('postgres', "$insert > $rows");
complete_ok($node, 'artworks', '<=>', 'freed slots used again');
no_errors_ok($node, 'all in all');

done_testing();
