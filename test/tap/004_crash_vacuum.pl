# A crash anywhere in VACUUM of an index: afterwards the index returns every row once, finds the nearest about as well
# as a new one, takes further rows, and the next VACUUM finishes the job.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

# The moments are found by the amount of WAL, so as little of it as possible should be lost.
my $node = new_node('main', <<'END');
restart_after_crash = on
wal_level = replica
wal_buffers = 32kB
wal_writer_delay = 1ms
END
load_artworks($node, 5_000);
$node->safe_psql('postgres', <<'END');
-- Some rows have equal vectors, and some none at all.
INSERT INTO artworks SELECT 10000 + id, embedding FROM artworks WHERE id <= 200;
UPDATE artworks SET embedding = NULL WHERE id % 50 = 0;
CREATE TABLE source AS SELECT * FROM artworks;
CREATE INDEX by_vector ON artworks USING hnsw (embedding vector_cosine_ops);
END

# It takes its time, so that it can be caught at it.
my $vacuum = 'VACUUM (PARALLEL 0) artworks';
my @slowly = ('SET vacuum_cost_delay = 1', 'SET vacuum_cost_limit = 100');
sub delete_rows { $node->safe_psql('postgres', "DELETE FROM artworks WHERE id % 10 = $_[0]"); return }

sub start_vacuum {
    my ($session) = background($node, @slowly, $vacuum);
    my $start = wait_for($node,
        "SELECT pg_current_wal_insert_lsn() FROM pg_stat_progress_vacuum WHERE phase = 'vacuuming indexes'");
    return ($session, $start);
}

# How much WAL an undisturbed VACUUM of the index writes.
delete_rows(0);
my ($session, $start) = start_vacuum();
my $end = wait_for($node, <<'END');
SELECT pg_current_wal_insert_lsn() FROM (VALUES (1)) AS one
WHERE NOT EXISTS (SELECT FROM pg_stat_progress_vacuum WHERE phase = 'vacuuming indexes')
END
$session->finish;
my $bytes = $node->safe_psql('postgres', "SELECT '$end'::pg_lsn - '$start'");
note("an undisturbed VACUUM writes $bytes bytes");
$node->safe_psql('postgres', 'INSERT INTO artworks SELECT * FROM source WHERE id % 10 = 0');

my ($round, $caught) = (0, 0);
for my $share (0, .1, .25, .4, .55, .7, .85) {
    my $victim = ++$round % 2 ? 'server' : 'backend';
    my $label = "$victim killed after " . 100 * $share . ' % of VACUUM';
    delete_rows($round);
    ($session, $start) = start_vacuum();
    my $pid = wait_for($node, <<"END");
SELECT coalesce(max(pid), 0) FROM pg_stat_progress_vacuum
HAVING count(*) = 0 OR pg_current_wal_insert_lsn() - '$start' >= $share * $bytes
END
    $caught++ if $pid;
    crash($node, $pid && $victim eq 'backend' ? $pid : undef);
    $session->finish;
    complete_ok($node, 'artworks', '<=>', $label);
    $node->safe_psql('postgres', "INSERT INTO artworks SELECT * FROM source WHERE id % 10 = $round");
    complete_ok($node, 'artworks', '<=>', "$label, rows added");
}
cmp_ok($caught, '>=', 4, 'VACUUM was still running when most crashes came');

delete_rows(9);
is(($node->psql('postgres', $vacuum))[2], '', 'VACUUM to the end');
complete_ok($node, 'artworks', '<=>', 'after VACUUM');
$node->safe_psql('postgres', 'INSERT INTO artworks SELECT * FROM source WHERE id % 10 = 9');
complete_ok($node, 'artworks', '<=>', 'rows added');
remember_exact($node, 'artworks', '<=>');
my $recall = recall($node, 'artworks', '<=>', 40);
$node->safe_psql('postgres', 'REINDEX INDEX by_vector');
my $fresh = recall($node, 'artworks', '<=>', 40);
note("recall $recall, of a new index $fresh");
cmp_ok($recall, '>=', $fresh - .02, 'recall');

done_testing();
