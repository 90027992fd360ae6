# An update of columns that no index holds leaves the vector index alone: the new version of the row stays on its page
# (HOT), and no page of the index is read, written or logged. An update of a column that another index holds gives it a
# new entry of the row, which joins the node of its vector for the price of finding that.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Utils;
use Test::More;

use constant ROWS => 2_000;

my $node = new_node('main', "full_page_writes = off\nwal_keep_size = 1GB");
load_artworks($node, ROWS);
# Room for a second version of every row on its page.
$node->safe_psql('postgres', <<'END');
CREATE TABLE goods (id integer PRIMARY KEY, price integer, stock integer, embedding vector(384)) WITH (fillfactor = 50);
INSERT INTO goods SELECT id, id % 100, 5, embedding FROM artworks;
CREATE INDEX by_vector ON goods USING hnsw (embedding vector_cosine_ops);
VACUUM ANALYZE goods;
END

# What the server has done so far. A new session has its counters in shared memory when it has ended.
sub state_of_goods {
    my %state;
    @state{qw(updates hot reads)} = split /\|/, $node->safe_psql('postgres', <<'END');
SELECT n_tup_upd, n_tup_hot_upd, idx_blks_read + idx_blks_hit
FROM pg_stat_user_tables JOIN pg_statio_user_indexes USING (relid) WHERE indexrelname = 'by_vector'
END
    @state{qw(size pages)} = split /\|/, $node->safe_psql('postgres', <<'END');
CHECKPOINT;
SELECT pg_relation_size('by_vector'), md5(pg_read_binary_file(pg_relation_filepath('by_vector')))
END
    $state{wal} = $node->lsn('insert');
    return %state;
}

# Runs an update; returns how often the WAL since then names the index, and the states before and after.
sub update {
    my ($assignment) = @_;
    my $relation = $node->safe_psql('postgres', <<'END');
SELECT coalesce(nullif(reltablespace, 0), (SELECT dattablespace FROM pg_database WHERE datname = current_database()))
    || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || pg_relation_filenode(oid)
FROM pg_class WHERE relname = 'by_vector'
END
    my %before = state_of_goods();
    $node->safe_psql('postgres', "UPDATE goods SET $assignment");
    my %after = state_of_goods();
    my ($log) = run_command([
        'pg_waldump', '-p', $node->data_dir . '/pg_wal', '-s', $before{wal}, '-e', $after{wal}]);
    like($log, qr/Heap/, "$assignment: the log has the update");
    return (scalar(() = $log =~ /rel $relation /g), \%before, \%after);
}

my $nearest = 'SELECT id FROM goods ORDER BY embedding <=> (SELECT embedding FROM queries ORDER BY id LIMIT 1) LIMIT 20';
my $found = $node->safe_psql('postgres', $nearest);
my ($logged, $before, $after) = update('price = price + 1, stock = stock - 1');
is($after->{updates} - $before->{updates}, ROWS, 'every row was updated');
is($after->{hot} - $before->{hot}, ROWS, 'every update is HOT');
is($after->{reads}, $before->{reads}, 'no page of the index is read');
is($after->{pages}, $before->{pages}, 'no page of the index changes');
is($after->{size}, $before->{size}, 'the index does not grow');
is($logged, 0, 'nothing is logged for the index');
is($node->safe_psql('postgres', $nearest), $found, 'the index finds the same rows');
is($node->safe_psql('postgres', "SELECT price - id % 100, stock FROM goods JOIN ($nearest) AS n USING (id) GROUP BY 1, 2"),
    '1|4', 'and these are the new versions');

# The same instruments see an update that does concern the index.
$node->safe_psql('postgres', 'VACUUM goods');
($logged, $before, $after) = update("embedding = embedding + array_fill(0.01::real, ARRAY[384])::vector");
is($after->{hot}, $before->{hot}, 'an update of the vector is not HOT');
my $reads = $after->{reads} - $before->{reads};
cmp_ok($reads, '>', ROWS, '... reads the index');
isnt($after->{pages}, $before->{pages}, '... changes its pages');
cmp_ok($logged, '>', 0, '... and is logged');

# Rows whose vector stays. No row is updated twice before VACUUM comes by, so that lists of rows stay short.
$node->safe_psql('postgres', 'VACUUM goods');
$node->safe_psql('postgres', 'REINDEX INDEX by_vector');
remember_exact($node, 'goods', '<=>');
my $recall = recall($node, 'goods', '<=>', 40);
$node->safe_psql('postgres', 'CREATE INDEX ON goods (price)');
for my $round (1, 2) {
    my %before = state_of_goods();
    $node->safe_psql('postgres', 'UPDATE goods SET price = price + 1');
    my %after = state_of_goods();
    is($after{hot}, $before{hot}, "round $round: an update of another index's column is not HOT");
    cmp_ok(3 * ($after{reads} - $before{reads}), '<', 2 * $reads, '... and reads less of the index than one of the vector');
    # One overflow page holds 185 lists of four rows.
    cmp_ok($after{size} - $before{size}, '<=', 8192 * (1 + ROWS / 185), '... which gets lists of rows and no nodes');
    $node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP ON) goods');
    complete_ok($node, 'goods', '<=>', "round $round");
}
cmp_ok(recall($node, 'goods', '<=>', 40), '>=', $recall - .01, 'recall after all rows were updated twice');

no_errors_ok($node, 'updates');
done_testing();
