# Parallel VACUUM: workers clean the indexes of a table side by side.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', <<'END');
max_parallel_maintenance_workers = 2
min_parallel_index_scan_size = 0
END
load_artworks($node, 3_000);
$node->safe_psql('postgres', <<'END');
CREATE INDEX ON artworks USING hnsw (embedding vector_cosine_ops);
CREATE INDEX ON artworks USING hnsw (embedding vector_l2_ops) WITH (link_bits = 0);
DELETE FROM artworks WHERE id % 5 = 0;
END
my ($status, $output, $said) = $node->psql('postgres', 'VACUUM (PARALLEL 2, INDEX_CLEANUP ON, VERBOSE) artworks');
is($status, 0, 'VACUUM succeeds');
like($said, qr/launched 2 parallel vacuum workers for index vacuuming/, 'two workers besides the leader');
is($node->safe_psql('postgres', <<'END'), 't', 'the indexes have as many rows as the table');
SELECT bool_and(c.reltuples = (SELECT count(*) FROM artworks)) FROM pg_index JOIN pg_class c ON c.oid = indexrelid
WHERE indrelid = 'artworks'::regclass
END
for my $operator ('<=>', '<->') {
    complete_ok($node, 'artworks', $operator, $operator);
    remember_exact($node, 'artworks', $operator);
    cmp_ok(recall($node, 'artworks', $operator, 40), '>=', .95, "recall, $operator");
}
no_errors_ok($node, 'VACUUM');

done_testing();
