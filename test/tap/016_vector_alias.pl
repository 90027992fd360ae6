# make install-vector-alias: the same objects as an extension `vector`, which does not displace another one of that name.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

private_installation();
my $folder = extension_folder();
my $foreign = "comment = 'another one'\nmodule_pathname = '\$libdir/vector'\n";

append_to_file("$folder/vector.control", $foreign);
for my $target (qw(install uninstall)) {
    command_fails_like([make_command("$target-vector-alias")], qr/vector\.control belongs to another extension/,
        "$target: refused while another extension has the name");
}
is(slurp_file("$folder/vector.control"), $foreign, 'the other extension is untouched');
unlink "$folder/vector.control";
command_ok([make_command('install-vector-alias')], 'install');
command_ok([make_command('install-vector-alias')], 'install again');

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
sub query { return $node->safe_psql(@_) }
sub fails_like {
    my ($database, $sql, $error, $what) = @_;
    my ($status, undef, $said) = $node->psql($database, $sql);
    like($said, $error, $what);
    return;
}

# What an extension consists of, by name, without the comment on itself.
my $contents = "SELECT pg_describe_object(classid, objid, 0) FROM pg_depend, pg_extension e
    WHERE refclassid = 'pg_extension'::regclass AND refobjid = e.oid AND extname = '%s' AND deptype = 'e' ORDER BY 1";

query('postgres', 'CREATE EXTENSION IF NOT EXISTS vector; CREATE EXTENSION IF NOT EXISTS vector');
query('postgres', 'CREATE DATABASE plain');
query('plain', 'CREATE EXTENSION vectorhnsw');
is(query('postgres', sprintf $contents, 'vector'), query('plain', sprintf($contents, 'vectorhnsw')), 'same objects');
is(query('postgres', "SELECT string_to_array(extversion, '.')::int[] >= '{0,8,0}' FROM pg_extension
    WHERE extname = 'vector'"), 't', 'a version that clients take for 0.8.0 or later');

fails_like('postgres', 'CREATE EXTENSION vectorhnsw', qr/^psql:.*ERROR: +type "vector" already exists$/m,
    'vectorhnsw beside vector: an error');
fails_like('plain', 'CREATE SCHEMA s; CREATE EXTENSION vector SCHEMA s',
    qr/^psql:.*ERROR: +access method "hnsw" already exists$/m, 'vector beside vectorhnsw, in another schema: an error');
is(query($_, 'SELECT count(*) FROM pg_extension'), '2', "$_: the failed one left nothing") for qw(postgres plain);

# Schemas: of choice, moved later, and found by a dump.
query('postgres', <<'END');
CREATE DATABASE chosen;
\c chosen
CREATE SCHEMA ext;
CREATE EXTENSION vector SCHEMA ext;
CREATE TABLE items (id integer PRIMARY KEY, embedding ext.vector(3));
INSERT INTO items SELECT i, ARRAY[i, 1, -i] FROM generate_series(1, 100) i;
CREATE INDEX by_distance ON items USING hnsw (embedding ext.vector_l2_ops);
END
my $nearest = "SET enable_seqscan = off;
    SELECT id FROM items ORDER BY embedding OPERATOR(%s.<->) '[50,1,-50]' LIMIT 1";
is(query('chosen', sprintf $nearest, 'ext'), '50', 'in a schema of its own');
query('chosen', 'CREATE SCHEMA elsewhere; ALTER EXTENSION vector SET SCHEMA elsewhere');
is(query('chosen', sprintf $nearest, 'elsewhere'), '50', 'moved to another schema');
is(query('chosen', "SELECT format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = 'items'::regclass AND attname = 'embedding'"), 'elsewhere.vector(3)', 'the column followed');

my $file = PostgreSQL::Test::Utils::tempdir . '/dump';
$node->command_ok(['pg_dump', "--file=$file", 'chosen'], 'dump');
query('postgres', 'CREATE DATABASE restored');
$node->command_ok(['psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', 'restored', '-f', $file], 'restore');
is(query('restored', sprintf $nearest, 'elsewhere'), '50', 'restored');

command_ok([make_command('uninstall-vector-alias')], 'uninstall');
is(join(' ', glob "$folder/vector{.,--}*"), '', 'nothing of it is left');
is(query('postgres', "SELECT '[1]'::vector <-> '[3]'"), '2', 'the module stays, and what uses it');

done_testing();
