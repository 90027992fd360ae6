# pg_stat_progress_create_index shows what CREATE INDEX is doing: every phase, in order, counting up to a total.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', <<'END');
wal_level = replica
max_parallel_maintenance_workers = 0
END
load_artworks($node, 6_000);
$node->safe_psql('postgres', <<'END');
-- What the view shows, one line for each change, until the index is there. Pages are counted while they are logged, and
-- of the table while it is read.
CREATE FUNCTION watch(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE now text; before text = '';
BEGIN
    LOOP
        SELECT concat_ws('|', replace(phase, 'building index: ', ''),
                         tuples_done, tuples_total, blocks_done, blocks_total) INTO now
            FROM pg_stat_progress_create_index;
        IF now IS DISTINCT FROM before AND now IS NOT NULL THEN RETURN NEXT now; END IF;
        before := now;
        EXIT WHEN EXISTS (SELECT FROM pg_class WHERE relname = name);
        PERFORM pg_stat_clear_snapshot(), pg_sleep(0.001);
    END LOOP;
END $$;
END

my @in_memory = ('loading rows into memory', 'writing pages', 'logging pages');
my @through_pages = (@in_memory[0, 1], 'inserting rows through pages', $in_memory[2]);
for (['one process', '', @in_memory],
    ['two workers', 'SET max_parallel_maintenance_workers = 2;', @in_memory],
    ['little memory', "SET maintenance_work_mem = '2MB';", @through_pages],
    ['little memory, two workers', "SET maintenance_work_mem = '2MB'; SET max_parallel_maintenance_workers = 2;",
        @through_pages])
{
    my ($what, $settings, @phases) = @$_;
    my ($watcher, $seen) = background($node, "SELECT watch('by_vector')");
    wait_for($node, "SELECT true FROM pg_stat_activity WHERE query LIKE 'SELECT watch%' AND state = 'active'");
    # Compression makes the last phase last longer.
    $node->safe_psql('postgres', <<"END");
SET wal_compression = pglz;
$settings
CREATE INDEX by_vector ON artworks USING hnsw (embedding vector_cosine_ops);
END
    $watcher->finish;

    my (@seen, %total, @wrong);
    my $last = -1;
    for (split /\n/, $$seen) {
        my ($phase, @counts) = split /\|/;
        next if $phase =~ /^init/;
        my ($done, $total) = $phase eq 'logging pages' ? @counts[2, 3] : @counts;
        ($last, @seen) = (-1, @seen, $phase) if !@seen || $seen[-1] ne $phase;
        $total{$phase} ||= $total;
        push @wrong, $_ if $done < $last || $total && $done > $total;
        $last = $done;
    }
    my $pages = $node->safe_psql('postgres', "SELECT pg_relation_size('by_vector') / 8192");
    is_deeply(\@seen, \@phases, "$what: phases");
    is_deeply(\@wrong, [], "$what: counts up to the total");
    is($total{$phases[0]}, 6_000, "$what: total of the rows");
    cmp_ok($total{$phases[1]} // 0, '>', 3_000, "$what: total of the tuples written");
    is($total{'logging pages'}, $pages, "$what: total of the pages logged");
    is($total{$phases[2]}, 6_000, "$what: total of the rows, those in memory and those to come") if @phases == 4;
    $node->safe_psql('postgres', 'DROP INDEX by_vector');
}

done_testing();
