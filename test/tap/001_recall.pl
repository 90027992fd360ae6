# Recall of an index: close to exact however it was built - by one process, by several, in too little memory for the
# graph, or by inserting every row into an empty index - and about the same in each case.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', 'max_parallel_maintenance_workers = 0');
load_artworks($node, 6_000);
# Not all of one length, so that the metrics disagree.
for my $table (qw(distances products)) {
    $node->safe_psql('postgres', <<"END");
CREATE TABLE $table (LIKE artworks);
INSERT INTO $table SELECT id, embedding * array_fill((1 + id % 7 / 20.0)::real, ARRAY[384])::vector
    FROM artworks WHERE id % 2 = 0;
END
}

# Ways to create an index, in the order of trying, and what the server says then. Memory is for half of the graph.
my $two_workers = 'SET max_parallel_maintenance_workers = 2;';
my $little_memory = "SET maintenance_work_mem = '2MB';";
my @builds = (
    ['one process', ''],
    ['two workers', $two_workers, qr/using \d parallel workers/],
    ['little memory', $little_memory, qr/no longer fits/],
    ['little memory, two workers', "$two_workers $little_memory", qr/using \d parallel workers.*no longer fits/s],
);

# Recall with ef_search 40 and 100, by way of building.
my ($table, $operator, $class, %recall);

sub measure {
    my ($build) = @_;
    my ($at_40, $at_100) = map { recall($node, $table, $operator, $_) } 40, 100;
    note("$class, $build: $at_40 $at_100");
    $recall{$build} = $at_40;
    cmp_ok($at_40, '>=', .96, "$class, $build: recall with ef_search 40");
    cmp_ok($at_100, '>=', .98, "$class, $build: recall with ef_search 100");
    return;
}

for (['artworks', '<=>', 'vector_cosine_ops', @builds],
    ['distances', '<->', 'vector_l2_ops', $builds[0]],
    ['products', '<#>', 'vector_ip_ops', $builds[0]])
{
    ($table, $operator, $class, my @wanted) = @$_;
    remember_exact($node, $table, $operator);
    for (@wanted) {
        my ($build, $settings, $message) = @$_;
        my (undef, undef, $said) = $node->psql('postgres', <<"END", on_error_die => 1);
SET client_min_messages = debug1;
$settings
DROP INDEX IF EXISTS by_vector;
CREATE INDEX by_vector ON $table USING hnsw (embedding $class);
END
        like($said, $message, "$build: as intended") if $message;
        measure($build);
    }
    $node->safe_psql('postgres', <<"END");
CREATE TABLE filled (LIKE $table);
DROP INDEX by_vector;
CREATE INDEX by_vector ON filled USING hnsw (embedding $class);
INSERT INTO filled SELECT * FROM $table;
DROP TABLE $table;
ALTER TABLE filled RENAME TO $table;
END
    measure('inserted');
    for my $build (grep { $_ ne 'one process' } sort keys %recall) {
        cmp_ok($recall{$build}, '>=', $recall{'one process'} - .02, "$class, $build: no worse than by one process");
    }
    %recall = ();
    $node->safe_psql('postgres', 'DROP INDEX by_vector');
}

done_testing();
