# A metapage that cannot be read as one is refused with the right SQLSTATE, whatever is wrong with it; REINDEX heals.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use constant BLOCK => 8192;
use constant META => 24;    # where DiskMeta begins

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
my $checksums = $node->safe_psql('postgres', 'SHOW data_checksums') eq 'on';
if ($checksums)
{
	$node->stop;
	$node->command_ok([ 'pg_checksums', '--disable', '-D', $node->data_dir ], 'checksums switched off');
	$node->start;
}

# What is written, where (from the beginning of DiskMeta), SQLSTATE, message.
my @cases = (
	[ 'foreign format', 0, pack('L', 0xA953A953), '0A000', 'cannot read the format' ],
	[ 'other page version', 4, pack('S', 999), '0A000', 'cannot read the format' ],
	[ 'zero page', -META(), "\0" x BLOCK, 'XX002', 'is damaged at block 0: unexpected zero page' ],
	[ 'other magic', 0, pack('L', 1), 'XX002', 'is damaged at block 0: not a metapage' ],
	[ 'metric', 6, pack('C', 9), 'XX002', 'is damaged at block 0: metric of another operator class' ],
	[ 'other metric', 6, pack('C', 2), 'XX002', 'is damaged at block 0: metric of another operator class' ],
	[ 'entry level', 7, pack('C', 200), 'XX002', 'is damaged at block 0: impossible entry point' ],
	[ 'entry', 22, "\0" x 6, 'XX002', 'is damaged at block 0: impossible entry point' ],
	[ 'dims', 8, pack('L', 4), 'XX002', 'is damaged at block 0: dimensions of another column' ],
	[ 'many dims', 8, pack('L', 1 << 31), 'XX002', 'is damaged at block 0: dimensions of another column' ],
	[ 'sketch dims', 12, pack('L', 33), 'XX002', 'is damaged at block 0: impossible shape of nodes' ],
	[ 'planes', 16, pack('C', 3), 'XX002', 'is damaged at block 0: impossible shape of nodes' ],
	[ 'code', 17, pack('C', 3), 'XX002', 'is damaged at block 0: impossible shape of nodes' ],
	[ 'attributes', 28, pack('S', 6), 'XX002', 'is damaged at block 0: attributes of other columns' ],
	[ 'hint', 30, pack('S', 2), 'XX002', 'is damaged at block 0: attributes of other columns' ],
	[ 'm', 18, pack('S', 1), 'XX002', 'is damaged at block 0: impossible shape of nodes' ],
	[ 'capacity', 20, pack('S', 0), 'XX002', 'is damaged at block 0: impossible shape of nodes' ],
	[ 'large capacity', 20, pack('S', 65535), 'XX002', 'is damaged at block 0: impossible shape of nodes' ],
);

# One table for each case, the first of them for none.
$node->safe_psql('postgres', 'CREATE EXTENSION vectorhnsw');
for my $i (0 .. @cases)
{
	$node->safe_psql(
		'postgres', qq(
		CREATE TABLE items_$i (id int, embedding vector(3));
		INSERT INTO items_$i SELECT i, ARRAY[i, i % 7, i % 5]::vector FROM generate_series(1, 50) i;
		CREATE INDEX index_$i ON items_$i USING hnsw (embedding vector_l2_ops)));
}
my @paths = map { $node->safe_psql('postgres', "SELECT pg_relation_filepath('index_$_')") } 0 .. @cases;
$node->stop;
for my $i (1 .. @cases)
{
	my (undef, $offset, $bytes) = @{ $cases[ $i - 1 ] };
	write_at($node->data_dir . "/$paths[$i]", META + $offset, $bytes);
}

$node->start;
my $nearest = "SET enable_seqscan = off; SELECT id FROM %s ORDER BY embedding <-> '[1,1,1]' LIMIT 1";
is($node->safe_psql('postgres', sprintf($nearest, 'items_0')), '1', 'sound index works');
for my $i (1 .. @cases)
{
	my ($name, undef, undef, $state, $message) = @{ $cases[ $i - 1 ] };
	for my $sql ($nearest, "INSERT INTO %s VALUES (0, '[0,0,0]')", 'VACUUM %s')
	{
		next if $sql =~ /VACUUM/ && $message =~ /entry point/;    # which VACUUM may not need
		my $query = sprintf $sql, "items_$i";
		my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$query");
		like($err, qr/ERROR:  $state: .*\Q$message\E.*HINT:  Please REINDEX it\./s, "$name: $query");
	}
	$node->safe_psql('postgres', "REINDEX INDEX index_$i");
	is($node->safe_psql('postgres', sprintf($nearest, "items_$i")), '1', "$name: works after REINDEX");
}
$node->stop;
done_testing();

sub write_at
{
	my ($path, $offset, $bytes) = @_;
	open my $out, '+<:raw', $path or die "$path: $!";
	seek $out, $offset, 0 or die "$path: $!";
	print $out $bytes;
	close $out or die "$path: $!";
	return;
}
