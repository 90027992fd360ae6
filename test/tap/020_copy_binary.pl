# COPY BINARY of 100 000 rows a type, out, in and out again: the same bytes, and tables with equal values.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use File::Compare;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('main', '');
my $folder = PostgreSQL::Test::Utils::tempdir;

# Values on the edges of each type, as it prints them, one of the largest size, and an expression in i, 1 to 100 000.
my %types = (
    vector => {
        edges => ['[1e-45,-1e-45,1.1754942e-38]', '[-0,0]', '[3.4028235e+38,-3.4028235e+38]', '[0.1]'],
        most => q{array_fill(3.4028235e38::real, ARRAY[16000])::vector},
        row => q{ARRAY[i, -i / 7.0, 1e-40 * i]::vector},
    },
    halfvec => {
        edges => ['[5.9604645e-08,-5.9604645e-08,6.097555e-05]', '[-0,0]', '[65504,-65504]', '[0.099975586]'],
        most => q{array_fill(-65504, ARRAY[16000])::halfvec},
        row => q{ARRAY[i % 60000, -i / 7.0, 1e-7 * (i % 100)]::halfvec},
    },
    int8vec => {
        edges => ['[-128,127,0]', '[0]', '[1,2]*1e-45', '[-128]*3.4028235e+38', '[1]*0.1'],
        most => q{array_fill(-128, ARRAY[16000])::int8vec},
        row => q{format('[%s,%s,%s]*%s', i % 128, -i % 129, i / 1000, i / 7.0)::int8vec},
    },
    sparsevec => {
        edges => ['{}/1', '{}/1000000000', '{1:1e-45,1000000000:-3.4028235e+38}/1000000000', '{2:0.1}/3'],
        most => q{(SELECT array_agg(i) FROM generate_series(1, 16000) i)::sparsevec},
        row => q{format('{%s:%s,200000:%s}/200000', i, i / 7.0, -i)::sparsevec},
    },
);

for my $type (sort keys %types) {
    my ($edges, $most, $row) = @{$types{$type}}{qw(edges most row)};
    my ($first, $second) = map { "$folder/$type.$_" } 1, 2;
    my $values = join ', ', (map { "('$_')" } @$edges), '(NULL)';
    $node->safe_psql('postgres', <<"END");
CREATE TABLE ${type}s (id serial, v $type);
INSERT INTO ${type}s (v) VALUES $values;
INSERT INTO ${type}s (v) SELECT $most;
INSERT INTO ${type}s (v) SELECT $row FROM generate_series(1, 100000) i;
COPY ${type}s TO '$first' (FORMAT binary);
CREATE TABLE copy_of_$type (LIKE ${type}s);
COPY copy_of_$type FROM '$first' (FORMAT binary);
COPY copy_of_$type TO '$second' (FORMAT binary);
END
    is(compare($first, $second), 0, "$type: same bytes");
    is($node->safe_psql('postgres', <<"END"), 't|0', "$type: equal values");
SELECT count(*) > 100000, count(*) FILTER (WHERE a.v IS DISTINCT FROM b.v OR a.v::text IS DISTINCT FROM b.v::text)
FROM ${type}s a FULL JOIN copy_of_$type b USING (id)
END
    my $texts = $node->safe_psql('postgres', "SELECT v FROM copy_of_$type ORDER BY id LIMIT " . @$edges);
    is($texts, join("\n", @$edges), "$type: edges are what they were");
}
done_testing();
