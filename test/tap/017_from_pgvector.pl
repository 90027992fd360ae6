# "Moving from pgvector" in the README: its dump is restored, and columns change hands in place. pgvector itself is not
# here: the dump is one of data/, and in place the extension changes hands with itself under its other name.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

private_installation();
command_ok([make_command('install-vector-alias')], 'install');
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
sub query { return $node->safe_psql(@_) }

# Indexes and rows of a dump. The rest is worded as the version of the server has it.
sub indexes_and_rows {
    return join "\n", grep { /^CREATE INDEX/ || (/^COPY/ .. /^\\\./) } split /\n/, shift;
}

my $dump = "$RealBin/../data/pgvector_dump.sql";
query('postgres', 'CREATE DATABASE restored');
command_ok(['sh', '-c', "sed '/^CREATE INDEX .* USING ivfflat /d' '$dump' |
    psql -Xq -v ON_ERROR_STOP=1 -d '@{[$node->connstr('restored')]}'"], 'restore without ivfflat indexes');
my ($again) = run_command(['pg_dump', '--no-owner', '--dbname', $node->connstr('restored')]);
my $expected = indexes_and_rows(slurp_file($dump)) =~ s/^CREATE INDEX .* USING ivfflat .*\n//mgr;
is(indexes_and_rows($again), $expected, 'a dump of that has the same indexes and rows');
is(query('restored', "SELECT string_agg(id::text, ' ') FROM public.nearest('[5,0,0,-5]', 3) id"), '5 6 4',
    'a function that was restored finds what is near');

# From vectorhnsw to vector, by the commands of the README.
query('postgres', <<'END');
CREATE DATABASE moved;
\c moved
CREATE EXTENSION vectorhnsw;
CREATE TABLE items (
    id integer PRIMARY KEY, embedding vector(300), free vector, compact halfvec(3), words sparsevec(9), code bit(8));
INSERT INTO items
SELECT i, array_fill(i, ARRAY[300])::vector, array_fill(i, ARRAY[i % 9 + 1])::vector, ARRAY[i, 1, -i]::halfvec,
    ARRAY[0, i, 0, 0, -i, 0, 0, 0, 1]::sparsevec, i::bit(8)
FROM generate_series(1, 200) i;
INSERT INTO items VALUES (201);
CREATE INDEX by_embedding ON items USING hnsw (embedding vector_l2_ops);
CREATE INDEX by_compact ON items USING hnsw (compact halfvec_l2_ops);
CREATE INDEX by_words ON items USING hnsw (words sparsevec_l2_ops);
CREATE INDEX by_code ON items USING hnsw (code bit_hamming_ops);
END
my $rows = 'SELECT * FROM items ORDER BY id';
my $columns = "SELECT attname, format_type(atttypid, atttypmod), attstorage FROM pg_attribute
    WHERE attrelid = 'items'::regclass AND attnum > 0 ORDER BY attnum";
my $file = "SELECT pg_relation_filenode('items')";
my %before = map { $_ => query('moved', $_) } $rows, $columns, $file;

query('moved', <<'END');
BEGIN;
DROP INDEX by_embedding, by_compact, by_words, by_code;
CREATE CAST (vector AS bytea) WITHOUT FUNCTION;
CREATE CAST (halfvec AS bytea) WITHOUT FUNCTION;
CREATE CAST (sparsevec AS bytea) WITHOUT FUNCTION;
ALTER TABLE items
    ALTER embedding TYPE bytea USING embedding::bytea,
    ALTER free TYPE bytea USING free::bytea,
    ALTER compact TYPE bytea USING compact::bytea,
    ALTER words TYPE bytea USING words::bytea;
DROP CAST (vector AS bytea);
DROP CAST (halfvec AS bytea);
DROP CAST (sparsevec AS bytea);
DROP EXTENSION vectorhnsw;
COMMIT;
END
is(query('moved', $file), $before{$file}, 'away: the table was not written again');
query('moved', <<'END');
BEGIN;
CREATE EXTENSION vector;
CREATE CAST (bytea AS vector) WITHOUT FUNCTION;
ALTER TABLE items ALTER free TYPE vector USING free::vector;
COMMIT;
END
is(query('moved', $file), $before{$file}, 'back to a type without dimensions: neither');
query('moved', <<'END');
BEGIN;
CREATE CAST (bytea AS halfvec) WITHOUT FUNCTION;
CREATE CAST (bytea AS sparsevec) WITHOUT FUNCTION;
ALTER TABLE items
    ALTER embedding TYPE vector(300) USING embedding::vector(300),
    ALTER compact TYPE halfvec(3) USING compact::halfvec(3),
    ALTER words TYPE sparsevec(9) USING words::sparsevec(9);
DROP CAST (bytea AS vector);
DROP CAST (bytea AS halfvec);
DROP CAST (bytea AS sparsevec);
CREATE INDEX by_embedding ON items USING hnsw (embedding vector_l2_ops);
CREATE INDEX by_compact ON items USING hnsw (compact halfvec_l2_ops);
CREATE INDEX by_words ON items USING hnsw (words sparsevec_l2_ops);
CREATE INDEX by_code ON items USING hnsw (code bit_hamming_ops);
COMMIT;
END
isnt(query('moved', $file), $before{$file}, 'back to types with dimensions: written again, since all are checked');
is(query('moved', $_), $before{$_}, 'the same as before') for $rows, $columns;
is(query('moved', "SET enable_seqscan = off; SELECT id FROM items ORDER BY $_ LIMIT 1"), '7', "nearest by $_")
    for "words <-> '{2:7,5:-7,9:1}/9'", "compact <-> '[7,1,-7]'", "code <~> B'00000111'",
    'embedding <-> array_fill(7, ARRAY[300])::vector';

# What is not that type's is found when it comes back.
my ($status, undef, $said) = $node->psql('moved', <<'END');
CREATE CAST (bytea AS vector) WITHOUT FUNCTION;
CREATE TABLE others AS SELECT '\x0100000000000000'::bytea AS embedding;
ALTER TABLE others ALTER embedding TYPE vector(3) USING embedding::vector(3);
END
like($said, qr/ERROR: +expected 3 dimensions, not 1/, 'a vector of other dimensions is refused');

command_ok([make_command('uninstall-vector-alias')], 'uninstall');
done_testing();
