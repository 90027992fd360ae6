# Long vectors: sketches of part of the dimensions, codes apart from their nodes, in several pieces, and links without
# sketches. Recall after CREATE INDEX and INSERT, and after VACUUM of a fifth.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', 'max_parallel_maintenance_workers = 0');
# Rows of ten clusters; whole numbers, which half precision holds too.
$node->safe_psql('postgres', <<'END');
CREATE FUNCTION clustered(i integer, dims integer) RETURNS vector IMMUTABLE LANGUAGE sql AS $$
    SELECT array_agg(((hashint4extended(k, i % 10) & 127) + (hashint4extended(k, i + 10) & 63))::integer)::vector
    FROM generate_series(1, dims) k
$$;
CREATE FUNCTION many(i integer) RETURNS sparsevec IMMUTABLE LANGUAGE sql AS $$
    SELECT ('{' || string_agg(k * 5 + i % 5 || ':' || 1 + (hashint4extended(k, i) & 31), ',' ORDER BY k)
            || '}/100000')::sparsevec
    FROM generate_series(1, 16000) k
$$;
CREATE FUNCTION long_bits(i integer) RETURNS bit(64000) IMMUTABLE LANGUAGE sql AS $$
    SELECT string_agg((hashint4extended(k, i) & 65535)::integer::bit(16)::text, '' ORDER BY k)::bit(64000)
    FROM generate_series(1, 4000) k
$$;
CREATE TABLE long_3072 AS SELECT i AS id, clustered(i, 3072) AS embedding FROM generate_series(1, 400) i;
CREATE TABLE long_16000 AS SELECT i AS id, clustered(i, 16000) AS embedding FROM generate_series(1, 200) i;
CREATE TABLE sparse AS SELECT i AS id, many(i) AS embedding FROM generate_series(1, 30) i;
CREATE TABLE bits AS SELECT i AS id, long_bits(i) AS embedding FROM generate_series(1, 60) i;
END

# Source, type, operator, class, whether links without sketches are another kind.
for (['long_3072', 'vector(3072)', '<->', 'vector_l2_ops', 1],
    ['long_3072', 'halfvec(3072)', '<=>', 'halfvec_cosine_ops', 1],
    ['long_16000', 'vector(16000)', '<=>', 'vector_cosine_ops', 1],
    ['long_16000', 'halfvec(16000)', '<->', 'halfvec_l2_ops', 1],
    ['long_16000', 'halfvec(16000)', '<+>', 'halfvec_l1_ops', 0],
    ['sparse', 'sparsevec(100000)', '<->', 'sparsevec_l2_ops', 1],
    ['bits', 'bit(64000)', '<~>', 'bit_hamming_ops', 0])
{
    my ($source, $type, $operator, $class, $both) = @$_;
    for my $link_bits ('auto', $both ? '0' : ()) {
        my $label = "$class, $type, link_bits $link_bits";
        # Every ninth row is a query, two thirds of the others are there when the index is made.
        $node->safe_psql('postgres', $_) for split /;/, <<"END";
DROP TABLE IF EXISTS items, queries;
CREATE TABLE items (id integer, embedding $type);
CREATE TABLE queries (id integer, embedding $type);
INSERT INTO queries SELECT id, embedding FROM $source WHERE id % 9 = 0;
INSERT INTO items SELECT id, embedding FROM $source WHERE id % 9 BETWEEN 1 AND 6;
CREATE INDEX by_vector ON items USING hnsw (embedding $class) WITH (link_bits = $link_bits);
INSERT INTO items SELECT id, embedding FROM $source WHERE id % 9 > 6;
END
        for my $when ('filled', 'after VACUUM', 'filled again') {
            if ($when eq 'after VACUUM') {
                $node->safe_psql('postgres', 'DELETE FROM items WHERE id / 10 % 5 = 1');
                $node->safe_psql('postgres', 'VACUUM (INDEX_CLEANUP ON) items');
            } elsif ($when eq 'filled again') {
                $node->safe_psql('postgres',
                    "INSERT INTO items SELECT id, embedding FROM $source WHERE id % 9 > 0 AND id / 10 % 5 = 1");
            }
            complete_ok($node, 'items', $operator, "$label, $when");
            next if $source !~ /^long/;
            remember_exact($node, 'items', $operator);
            my $recall = recall($node, 'items', $operator, 40);
            note("$label, $when: $recall");
            cmp_ok($recall, '>=', .95, "$label, $when: recall");
        }
    }
}
no_errors_ok($node, 'all of it');

done_testing();
