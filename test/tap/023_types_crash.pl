# Indexes without sketches and of sparse vectors: after crashes amid inserts and VACUUM they return every committed row
# once and take further rows; and a standby, which checks every page it replays, answers like its primary. (Indexes of
# vectors with sketches: 003 to 006.)
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = new_node('main', 'restart_after_crash = on', allows_streaming => 1);
load_artworks($node, 1_000);
conversions($node);

# Table, type, what becomes of a vector, operator, class and options.
my @kinds = (
    ['compact', 'vector(384)', 'embedding', '<=>', '(embedding vector_cosine_ops) WITH (link_bits = 0)'],
    ['taxi', 'halfvec(384)', 'embedding::halfvec', '<+>', '(embedding halfvec_l1_ops)'],
    ['sparse', 'sparsevec(384)', 'largest(embedding)', '<=>', '(embedding sparsevec_cosine_ops, id)'],
    ['sparse_compact', 'sparsevec(384)', 'largest(embedding)', '<->',
        '(embedding sparsevec_l2_ops) WITH (link_bits = 0)'],
    ['bits', 'bit(384)', 'signs(embedding)', '<~>', '(embedding bit_hamming_ops)'],
    ['long_bits', 'bit(4096)', 'repeat(signs(embedding)::text, 11)::bit(4096)', '<~>', '(embedding bit_hamming_ops)'],
);
my $inserts = '';
for (@kinds) {
    my ($table, $type, $as, undef, $index) = @$_;
    $node->safe_psql('postgres', "CREATE TABLE $table (id integer, embedding $type)");
    $node->safe_psql('postgres', "CREATE INDEX ON $table USING hnsw $index");
    # One row in five equals others, one in 20 has no vector.
    $inserts .= <<"END";
INSERT INTO $table SELECT i, $as FROM artworks WHERE id = CASE WHEN i % 5 = 0 THEN 1 + i % 3 ELSE 1 + i % 1000 END;
INSERT INTO $table SELECT -i, NULL WHERE i % 20 = 0;
END
}
$node->safe_psql('postgres', <<"END");
CREATE PROCEDURE add(i integer) LANGUAGE plpgsql AS \$\$ BEGIN $inserts END \$\$;
CREATE PROCEDURE add_many(first integer, step integer) LANGUAGE plpgsql AS \$\$
BEGIN
    FOR i IN first .. 1000000 BY step LOOP
        CALL add(i);
        IF i % 10 = first % 10 THEN COMMIT; END IF;
    END LOOP;
END \$\$;
END

sub all_complete_ok {
    my ($server, $what) = @_;
    complete_ok($server, $_->[0], $_->[3], "$what, $_->[0]", $_->[2]) for @kinds;
    return;
}

# --- crashes ------------------------------------------------------------------------------------------------

my $next = 1;
for my $rows (20, 200) {
    my @sessions = map { (background($node, $_))[0] } "CALL add_many($next, 2)", "CALL add_many($next + 1, 2)";
    wait_for($node, "SELECT 1 WHERE (SELECT count(*) FROM sparse) > $rows");
    crash($node);
    $_->finish for @sessions;
    all_complete_ok($node, "crash after $rows rows");
    $next = 1 + $node->safe_psql('postgres', 'SELECT max(id) FROM compact');
    $node->safe_psql('postgres', "DO 'BEGIN FOR i IN $next .. $next + 50 LOOP CALL add(i); END LOOP; END'");
    $next += 51;
}
all_complete_ok($node, 'rows added');
for my $delay (1, 2) {
    $node->safe_psql('postgres', "DELETE FROM $_->[0] WHERE id % 7 = $delay") for @kinds;
    my ($session) = background($node, 'SET vacuum_cost_delay = 1', 'SET vacuum_cost_limit = 50',
        'VACUUM (INDEX_CLEANUP ON, PARALLEL 0) ' . join ', ', map { $_->[0] } $delay == 1 ? @kinds : reverse @kinds);
    wait_for($node, "SELECT 1 FROM pg_stat_progress_vacuum WHERE phase = 'vacuuming indexes'");
    crash($node);
    $session->finish;
    all_complete_ok($node, "crash in VACUUM $delay");
}

# --- standby ------------------------------------------------------------------------------------------------

# Scans would leave hints about dead rows on the primary, which are not logged: it is asked when there are none.
my $tables = join ', ', map { $_->[0] } @kinds;
sub vacuum { $node->safe_psql('postgres', "VACUUM (INDEX_CLEANUP ON) $tables"); return }

vacuum();
$node->append_conf('postgresql.conf', 'wal_consistency_checking = all');
$node->restart;
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
for my $round (1 .. 2) {
    $node->safe_psql('postgres', "DO 'BEGIN FOR i IN $next .. $next + 50 LOOP CALL add(i); END LOOP; END'");
    $next += 51;
    $node->safe_psql('postgres', "DELETE FROM $_->[0] WHERE id % 6 = $round") for @kinds;
    vacuum();
    $node->safe_psql('postgres', "DO 'BEGIN FOR i IN $next .. $next + 20 LOOP CALL add(i); END LOOP; END'");
    $next += 21;
}
$node->wait_for_catchup($standby);
all_complete_ok($standby, 'standby');
for (@kinds) {
    my ($table, undef, $as, $operator) = @$_;
    ok(answers($standby, $table, $operator, $as) eq answers($node, $table, $operator, $as), "$table: same answers");
}
is($standby->safe_psql('postgres', 'SELECT count(*) > 0 FROM pg_stat_wal_receiver'), 't', 'the standby is still at it');
no_errors_ok($standby, 'standby');

done_testing();
