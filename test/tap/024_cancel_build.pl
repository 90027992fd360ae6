# A cancelled CREATE INDEX, in whatever phase and by however many processes, leaves nothing behind: no index, no file, no
# shared memory, no worker.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

# Segments of shared memory are files that only this server has.
my $node = new_node('main', <<'END');
wal_level = replica
dynamic_shared_memory_type = mmap
END
load_artworks($node, 6_000);

my $folder = $node->data_dir;
my $database = $node->safe_psql('postgres', "SELECT oid FROM pg_database WHERE datname = 'postgres'");

# Files of the database, and segments. Catalogue tables may have got a free space map meanwhile.
sub left_behind {
    $node->safe_psql('postgres', 'CHECKPOINT');
    my @files = grep { !/_(?:fsm|vm)$/ } glob("$folder/base/$database/* $folder/pg_dynshmem/*");
    s/^\Q$folder\E\/// for @files;
    return \@files;
}

my $create = 'CREATE INDEX by_vector ON artworks USING hnsw (embedding vector_cosine_ops)';
my $two_workers = 'SET max_parallel_maintenance_workers = 2;';
my $little_memory = "SET maintenance_work_mem = '1MB';";
my $before = left_behind();
for (['loading rows into memory', $two_workers],
    ['writing pages', 'SET max_parallel_maintenance_workers = 0;'],
    ['inserting rows through pages', "SET max_parallel_maintenance_workers = 0; $little_memory"],
    ['inserting rows through pages', "$two_workers $little_memory"],
    # Compression makes this last longer.
    ['logging pages', 'SET wal_compression = pglz;'])
{
    my ($phase, $settings) = @$_;
    my $workers = $settings =~ /workers = 2/ ? 2 : 0;
    my ($cancelled, $tries, $said) = (0, 0);
    # The build may be over when the request arrives.
    while (!$cancelled && ++$tries < 10) {
        my ($build, $output) = background($node, "$settings $create");
        wait_for($node, <<"END");
SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index build
WHERE phase LIKE '%$phase' AND (SELECT count(*) FROM pg_stat_activity worker WHERE leader_pid = build.pid) >= $workers
UNION ALL SELECT false FROM pg_class WHERE relname = 'by_vector'
END
        $build->finish;
        $said = $$output;
        $cancelled = $said =~ /canceling statement due to user request/;
        $node->safe_psql('postgres', 'DROP INDEX IF EXISTS by_vector');
    }
    ok($cancelled, "cancelled while $phase, $workers workers") or diag($said);
    is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'"),
        0, "cancelled while $phase, $workers workers: no worker is left");
    is_deeply(left_behind(), $before, "cancelled while $phase, $workers workers: no file and no segment is left");
}

$node->safe_psql('postgres', $create);
complete_ok($node, 'artworks', '<=>', 'created in the end');

done_testing();
