# Recall of indexes of every type of vector, on real vectors, with links of each kind; also of those whose rows were
# all inserted. Bits are measured against the exact search of the bits, and so on: what a conversion loses is not the
# index's.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', 'max_parallel_maintenance_workers = 0');
load_artworks($node, 2_000);
conversions($node);

# Name, type, what becomes of a vector, operator, class, least recall by link_bits.
for (
    ['vectors', 'vector(384)', 'embedding', '<=>', 'vector_cosine_ops', { 0 => .95 }],
    ['differences', 'vector(384)', 'embedding', '<+>', 'vector_l1_ops', { auto => .95 }],
    ['halves', 'halfvec(384)', 'embedding::halfvec', '<=>', 'halfvec_cosine_ops', { auto => .95, 0 => .95 }],
    ['bytes', 'int8vec(384)', 'rounded(embedding)', '<=>', 'int8vec_cosine_ops', { auto => .95, 0 => .95 }],
    ['bits', 'bit(384)', 'signs(embedding)', '<~>', 'bit_hamming_ops', { auto => .95, 0 => .95 }],
    ['common_bits', 'bit(384)', 'signs(embedding)', '<%>', 'bit_jaccard_ops', { auto => .95 }],
    ['sparse', 'sparsevec(384)', 'largest(embedding)', '<=>', 'sparsevec_cosine_ops', { auto => .9, 0 => .95 }],
    ['sparse_products', 'sparsevec(384)', 'largest(embedding)', '<#>', 'sparsevec_ip_ops', { auto => .9 }])
{
    my ($table, $type, $as, $operator, $class, $least) = @$_;
    $node->safe_psql('postgres', <<"END");
CREATE TABLE $table (id integer, embedding $type);
INSERT INTO $table SELECT id, $as FROM artworks;
END
    remember_exact($node, $table, $operator, $as);
    for my $link_bits (sort keys %$least) {
        my $index = "INDEX by_vector ON $table USING hnsw (embedding $class) WITH (link_bits = $link_bits)";
        for (['built', "CREATE $index"],
            ['inserted', "TRUNCATE $table; CREATE $index; INSERT INTO $table SELECT id, $as FROM artworks"])
        {
            my ($how, $sql) = @$_;
            $node->safe_psql('postgres', "DROP INDEX IF EXISTS by_vector; $sql");
            my $recall = recall($node, $table, $operator, 80);
            note("$class, link_bits $link_bits, $how: $recall");
            cmp_ok($recall, '>=', $least->{$link_bits}, "$class, link_bits $link_bits, $how: recall");
        }
    }
    $node->safe_psql('postgres', 'DROP INDEX by_vector');
}

done_testing();
