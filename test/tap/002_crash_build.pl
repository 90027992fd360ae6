# A crash during CREATE INDEX, in whatever phase, leaves nothing but an invalid index of CREATE INDEX CONCURRENTLY; the
# next CREATE INDEX works. A crash just after CREATE INDEX leaves the index as it was.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', <<'END');
restart_after_crash = on
max_parallel_maintenance_workers = 0
END
load_artworks($node, 4_000);
remember_exact($node, 'artworks', '<=>');

sub index_works {
    my ($what) = @_;
    complete_ok($node, 'artworks', '<=>', $what);
    cmp_ok(recall($node, 'artworks', '<=>', 40), '>=', .96, "$what: recall");
    return;
}

# After the commit. With wal_level = minimal the pages are on disk then, otherwise in the WAL.
my $create = 'CREATE INDEX by_vector ON artworks USING hnsw (embedding vector_cosine_ops)';
for my $wal_level (qw(minimal replica)) {
    $node->append_conf('postgresql.conf', "wal_level = $wal_level");
    $node->restart;
    $node->safe_psql('postgres', "DROP INDEX IF EXISTS by_vector; $create");
    my $before = answers($node, 'artworks', '<=>');
    crash($node);
    ok(answers($node, 'artworks', '<=>') eq $before, "wal_level $wal_level: same answers before and after the crash");
    index_works("wal_level $wal_level, after the commit");
}

# During the build: phase, settings, what is killed.
my $two_workers = 'SET max_parallel_maintenance_workers = 2;';
my $little_memory = "SET maintenance_work_mem = '1MB';";
my $has_index = "SELECT 0 FROM pg_class WHERE relname = 'by_vector'";
for (['loading rows into memory', $two_workers, 'server'],
    ['writing pages', '', 'backend'],
    ['inserting rows through pages', $little_memory, 'backend'],
    ['inserting rows through pages', "$two_workers $little_memory", 'server'],
    # Compression makes this last longer.
    ['logging pages', 'SET wal_compression = pglz;', 'server'])
{
    my ($phase, $settings, $victim) = @$_;
    my $tries = 0;
    do {
        $node->safe_psql('postgres', 'DROP INDEX IF EXISTS by_vector');
        my ($build) = background($node, "$settings $create");
        my $pid = wait_for($node, <<"END");
SELECT pid FROM pg_stat_progress_create_index
WHERE phase LIKE '%$phase' AND (tuples_done > 100 OR phase LIKE '%logging pages')
UNION ALL $has_index
END
        crash($node, $victim eq 'backend' && $pid ? $pid : undef);
        $build->finish;
        # The build may have been over when the kill arrived.
    } while ($node->safe_psql('postgres', $has_index) ne '' && ++$tries < 10);
    cmp_ok($tries, '<', 10, "$victim killed while $phase");
    $node->safe_psql('postgres', $create);
    index_works("$victim killed while $phase, index created again");
}

# CONCURRENTLY: the index stays in the catalogue.
$node->safe_psql('postgres', 'DROP INDEX by_vector');
my ($build) = background($node, $create =~ s/INDEX/INDEX CONCURRENTLY/r);
wait_for($node, "SELECT pid FROM pg_stat_progress_create_index WHERE phase LIKE '%writing pages'");
crash($node);
$build->finish;
is($node->safe_psql('postgres', "SELECT indisvalid FROM pg_index WHERE indexrelid = 'by_vector'::regclass"), 'f',
    'CONCURRENTLY leaves an invalid index');
$node->safe_psql('postgres', <<'END');
UPDATE artworks SET id = -id WHERE id % 10 = 0;
VACUUM artworks;
REINDEX INDEX CONCURRENTLY by_vector;
END
index_works('CONCURRENTLY, after REINDEX');

done_testing();
