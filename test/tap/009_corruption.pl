# Damaged index pages: whatever is asked for, the answer is rows or an error that says so, never a crash, an endless
# loop or exhausted memory; and REINDEX repairs the index. (010_metapage.pl: what is refused at first sight.)
#
# Every patch gets a table of its own, so that the server is stopped once for all of them. The layout is that of
# src/am/page.hpp. A run is repeated with SEED=number.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Utils;
use Test::More;

use constant {
    BLOCK => 8192, PAGE_HEADER => 24, TAIL => 8192 - 8,
    NODES => 2, OVERFLOW => 3,  # kinds of pages
    NODE_HEADER => 40, DIMS => 64,
    ATTRIBUTES => 214,  # bytes of a label, an array, a jsonb
    ROUNDS => 60,
};

my $seed = $ENV{SEED} // time;
srand $seed;
note("SEED=$seed");

my $no_checksums = `initdb --help` =~ /--no-data-checksums/ ? ['--no-data-checksums'] : [];
my $node = new_node('main', "restart_after_crash = on\nstatement_timeout = 20s", extra => $no_checksums);
is($node->safe_psql('postgres', 'SHOW block_size'), BLOCK, 'size of a block');

# --- what is patched ----------------------------------------------------------------------------------------

# A relation file in memory.
my $file;

sub put {
    my ($at, $template, @values) = @_;
    my $new = pack $template, @values;
    substr($file, $at, length $new) = $new;
    return;
}

sub get { my ($at, $template) = @_; return unpack $template, substr $file, $at, 8 }

# An address or a row.
sub put48 { my ($at, $value) = @_; put($at, 'S3', $value >> 32, $value >> 16 & 0xFFFF, $value & 0xFFFF); return }
sub blocks { return length($file) / BLOCK }

# Places of all items on pages of a kind: [of its line pointer, of the item, its address].
sub items {
    my ($kind) = @_;
    my @items;
    for my $page (map { $_ * BLOCK } 1 .. blocks() - 1) {
        next if get($page + TAIL, 'C') != $kind;
        for my $i (1 .. (get($page + 12, 'S') - PAGE_HEADER) / 4) {
            my $pointer = $page + PAGE_HEADER + 4 * ($i - 1);
            push @items, [$pointer, $page + (get($pointer, 'L') & 0x7FFF), $page / BLOCK << 16 | $i];
        }
    }
    return @items;
}

sub all_items { return (items(NODES), items(OVERFLOW)) }
sub nodes { my ($upper) = @_; return grep { (get($_->[1] + 1, 'C') > 0) == $upper } items(NODES) }
sub lists { return grep { get($_->[1], 'C') == 1 } items(OVERFLOW) }
sub pieces { return grep { get($_->[1], 'C') == 2 } items(OVERFLOW) }
sub all_pages { my ($do) = @_; $do->($_ * BLOCK) for 1 .. blocks() - 1; return }
sub all_nodes { my ($do) = @_; $do->($_->[1]) for items(NODES); return }
sub all_links { my ($address) = @_; all_nodes(sub { put48($_[0] + NODE_HEADER + DIMS, $address) }); return }
sub meta { my ($at, $template, @values) = @_; put(PAGE_HEADER + $at, $template, @values); return }

# Name, what is done, and the first error that must come. Without it there may be none.
my $beyond = 1_000_000 << 16 | 1;
my $damaged = qr/^XX002 .*damaged.*REINDEX/s;
my $foreign = qr/^0A000 .*cannot read the format.*REINDEX/s;  # by chance
my @patches = (
    ['metapage: entry level above the entry', sub { meta(7, 'C', 9) }],
    ['metapage: codes kept apart', sub { meta(17, 'C', 1 - get(PAGE_HEADER + 17, 'C')) }],
    ['metapage: other capacity', sub { meta(20, 'S', get(PAGE_HEADER + 20, 'S') - 1) }],
    ['metapage: entry beyond the end', sub { put48(PAGE_HEADER + 22, $beyond) }, $damaged],
    ['metapage: entry at the metapage', sub { put48(PAGE_HEADER + 22, 1) }],
    ['metapage: entry at the last possible block', sub { put48(PAGE_HEADER + 22, 0xFFFFFFFF << 16 | 1) }, $damaged],
    ['metapage: entry at a row list', sub { put48(PAGE_HEADER + 22, (lists())[0][2]) }],
    ['metapage: entry without level', sub { meta(7, 'C', 0) }],
    ['metapage: seed', sub { meta(32, 'Q', 1) }],
    ['metapage: stamp', sub { meta(40, 'L', 1) }],
    ['metapage: hints beyond the end', sub { meta(44, 'L2', 1_000_000, 1_000_000) }, $damaged],
    ['metapage: hints exchanged', sub { meta(44, 'L2', reverse get(PAGE_HEADER + 44, 'L2')) }],
    ['metapage: hints at the metapage', sub { meta(44, 'L2', 0, 0) }],
    ['metapage: row lists beyond the end', sub { put48(PAGE_HEADER + $_, $beyond) for 52, 58 }, $damaged],
    ['metapage: row lists in a node', sub { put48(PAGE_HEADER + $_, (nodes(0))[0][2]) for 52, 58 }],
    ['page: zeros', sub { all_pages(sub { put($_[0], 'x' . BLOCK) }) }],
    ['page: page id', sub { all_pages(sub { put($_[0] + TAIL + 6, 'S', 1) }) }, $damaged],
    ['page: unknown kind', sub { all_pages(sub { put($_[0] + TAIL, 'C', 77) }) }],
    ['page: kinds exchanged', sub { all_pages(sub { put($_[0] + TAIL, 'C', 5 - get($_[0] + TAIL, 'C')) }) }],
    ['page: size of the special space', sub { all_pages(sub { put($_[0] + 16, 'S', BLOCK - 16) }) }, $damaged],
    ['page: no line pointers', sub { all_pages(sub { put($_[0] + 12, 'S', PAGE_HEADER) }) }],
    ['page: lower than the header', sub { all_pages(sub { put($_[0] + 12, 'S', 8) }) }],
    ['page: too many line pointers', sub { all_pages(sub { put($_[0] + 12, 'S', get($_[0] + 14, 'S')) }) }],
    ['page: the file ends early', sub { substr($file, BLOCK * int(blocks() / 2)) = '' }],
    ['page: the file ends after the metapage', sub { substr($file, BLOCK) = '' }],
    ['item: in the page header', sub { put($_->[0], 'L', get($_->[0], 'L') & ~0x7FFF) for all_items() }],
    ['item: beyond the page', sub { put($_->[0], 'L', get($_->[0], 'L') | 0x7FFF) for all_items() }],
    ['item: shorter', sub { put($_->[0], 'L', get($_->[0], 'L') - (8 << 17)) for all_items() }],
    ['item: empty', sub { put($_->[0], 'L', get($_->[0], 'L') & 0x1FFFF) for all_items() }],
    ['item: unused', sub { put($_->[0], 'L', 0) for all_items() }],
    ['item: dead', sub { put($_->[0], 'L', get($_->[0], 'L') | 3 << 15) for all_items() }],
    ['node: flags', sub { all_nodes(sub { put($_[0], 'C', 255) }) }],
    ['node: all free', sub { all_nodes(sub { put($_[0], 'C', 1) }) }],
    ['node: all dead', sub { all_nodes(sub { put($_[0], 'C', 2) }) }],
    ['node: layer', sub { all_nodes(sub { put($_[0] + 1, 'C', 200) }) }],
    ['node: layer 0', sub { all_nodes(sub { put($_[0] + 1, 'C', 0) }) }],
    ['node: version', sub { all_nodes(sub { put($_[0] + 2, 'C', 255) }) }],
    ['node: stamp', sub { all_nodes(sub { put($_[0] + 4, 'L', 1) }) }],
    ['node: scale not a number', sub { all_nodes(sub { put($_[0] + 8, 'L', 0x7FC00000) }) }],
    ['node: scale infinite', sub { all_nodes(sub { put($_[0] + 8, 'L', 0x7F800000) }) }],
    ['node: norm negative', sub { all_nodes(sub { put($_[0] + 12, 'f', -1e30) }) }],
    ['node: norm not a number', sub { all_nodes(sub { put($_[0] + 12, 'L', 0x7FC00000) }) }],
    ['node: error not a number', sub { all_nodes(sub { put($_[0] + 16, 'L', 0x7FC00000) }) }],
    ['node: error negative', sub { all_nodes(sub { put($_[0] + 16, 'f', -1e30) }) }],
    ['node: number of links', sub { all_nodes(sub { put($_[0] + 20, 'S', 65_535) }) }, $damaged],
    ['node: no links', sub { all_nodes(sub { put($_[0] + 20, 'S', 0) }) }],
    ['node: all links in use', sub { all_nodes(sub { put($_[0] + 20, 'S', get(PAGE_HEADER + 20, 'S')) }) }],
    ['node: row beyond the end', sub { all_nodes(sub { put48($_[0] + 22, $beyond) }) }],
    ['node: row without offset', sub { all_nodes(sub { put48($_[0] + 22, 0) }) }],
    ['node: rows killed', sub { all_nodes(sub { put($_[0] + 26, 'S', 0x8001) }) }],
    ['node: rows in itself', sub { put48($_->[1] + 28, $_->[2]) for nodes(0) }],
    ['node: rows beyond the end', sub { put48($_->[1] + 28, $beyond) for nodes(0) }, $damaged],
    ['node: rows of others', sub { my ($list) = lists(); put48($_->[1] + 28, $list->[2]) for nodes(0) }],
    ['upper node: no node below', sub { put48($_->[1] + 34, 0) for nodes(1) }],
    ['upper node: above itself', sub { put48($_->[1] + 34, $_->[2]) for nodes(1) }],
    ['upper node: below beyond the end', sub { put48($_->[1] + 34, $beyond) for nodes(1) }, $damaged],
    ['upper node: no node on layer 0', sub { put48($_->[1] + 28, 0) for nodes(1) }],
    ['upper node: its own node on layer 0', sub { put48($_->[1] + 28, $_->[2]) for nodes(1) }],
    ['link: at the metapage', sub { all_links(1) }],
    ['link: at nothing', sub { all_links(0) }],
    ['link: beyond the end', sub { all_links($beyond) }, $damaged],
    ['link: at the last possible block', sub { all_links(0xFFFFFFFF << 16 | 1) }, $damaged],
    ['link: at a row list', sub { all_links((lists())[0][2]) }],
    ['link: at an upper layer', sub { all_links((nodes(1))[0][2]) }],
    ['link: beyond the items of a page', sub { all_links((nodes(0))[0][2] | 255) }],
    ['link: of another version', sub { all_links((nodes(0))[0][2] | 5 << 8) }],
    ['link: at itself', sub { put48($_->[1] + NODE_HEADER + DIMS, $_->[2]) for items(NODES) }],
    ['row list: more rows than room', sub { put($_->[1] + 2, 'S', 65_535) for lists() }, $damaged],
    ['row list: more room than in the item', sub { put($_->[1] + 4, 'S', 65_535) for lists() }, $damaged],
    ['row list: followed by itself', sub { put48($_->[1] + 6, $_->[2]) for lists() }, $damaged],
    ['row list: followed by another', sub { my ($first) = lists(); put48($_->[1] + 6, $first->[2]) for lists() }],
    ['row list: followed by a node', sub { my ($first) = nodes(0); put48($_->[1] + 6, $first->[2]) for lists() }],
    ['row list: followed by one beyond the end', sub { put48($_->[1] + 6, $beyond) for lists() }, $damaged],
    ['row list: stamp', sub { put($_->[1] + 12, 'L', 1) for lists() }],
    ['row list: kind of the item', sub { put($_->[1], 'C', 77) for lists() }],
    ['row list: rows beyond the end', sub { put48($_->[1] + 16, $beyond) for lists() }],
);
my @wide_patches = (
    ['code piece: shorter', sub { put($_->[1] + 2, 'S', 10) for pieces() }],
    ['code piece: longer than the item', sub { put($_->[1] + 2, 'S', 65_535) for pieces() }, $damaged],
    ['code piece: stamp', sub { put($_->[1] + 4, 'L', 1) for pieces() }],
    ['code piece: beyond the end', sub { all_nodes(sub { put48($_[0] + NODE_HEADER, $beyond) }) }],
    ['code piece: in a node', sub { my $at = (nodes(0))[0][2]; all_nodes(sub { put48($_[0] + NODE_HEADER, $at) }) }],
    ['code piece: missing', sub { all_nodes(sub { put48($_[0] + NODE_HEADER, 0) }) }],
    ['codes kept apart: codes inline', sub { meta(17, 'C', 0) }],
);
# Links without sketches are addresses alone: nodes they lead to are opened to be judged.
my @compact_patches = (
    ['links at the metapage', sub { all_links(1) }],
    ['links beyond the end', sub { all_links($beyond) }, $damaged],
    ['links at a row list', sub { all_links((lists())[0][2]) }],
    ['links at an upper layer', sub { all_links((nodes(1))[0][2]) }],
    ['links of another version', sub { all_links((nodes(0))[0][2] | 5 << 8) }],
    ['links at itself', sub { put48($_->[1] + NODE_HEADER + DIMS, $_->[2]) for items(NODES) }],
    ['all links in use', sub { all_nodes(sub { put($_[0] + 20, 'S', get(PAGE_HEADER + 20, 'S')) }) }],
    ['zeros', sub { all_pages(sub { put($_[0], 'x' . BLOCK) if $_[0] / BLOCK % 2 }) }],
);
# Codes of sparse vectors are of varying length, and their indices are to ascend.
my @sparse_patches = (
    (grep { $_->[0] =~ /^code piece/ } @wide_patches),
    ['code longer than any', sub { all_nodes(sub { put48($_[0] + NODE_HEADER + 6, 1 << 40) }) }, $damaged],
    ['code longer than its pieces', sub { all_nodes(sub { put48($_[0] + NODE_HEADER + 6, 8 * 1000) }) }],
    ['code shorter than its pieces', sub { all_nodes(sub { put48($_[0] + NODE_HEADER + 6, 8) }) }],
    ['code of half an element', sub { all_nodes(sub { put48($_[0] + NODE_HEADER + 6, 12) }) }],
    ['code pieces in a circle', sub { put48($_->[1] + 8, $_->[2]) for pieces() }, $damaged],
    ['code pieces followed by another', sub { my ($piece) = pieces(); put48($_->[1] + 8, $piece->[2]) for pieces() }],
    ['code pieces followed by a node', sub { my ($first) = nodes(0); put48($_->[1] + 8, $first->[2]) for pieces() }],
    ['code pieces followed by one beyond the end', sub { put48($_->[1] + 8, $beyond) for pieces() }, $damaged],
    ['codes of others', sub { my ($piece) = pieces(); all_nodes(sub { put48($_[0] + NODE_HEADER, $piece->[2]) }) }],
    ['zeros', sub { all_pages(sub { put($_[0], 'x' . BLOCK) if $_[0] / BLOCK % 2 }) }],
    ['codes kept apart: codes inline', sub { meta(17, 'C', 0) }],
    map { my $byte = $_; ["code bytes: $byte", sub {
        for my $piece (pieces()) { put($piece->[1] + 16, 'C*', ($byte) x get($piece->[1] + 2, 'S')) }
    }] } 0, 1, 127, 128, 255,
);
# Operators must not see values that are none.
my @labelled_patches = map { my $byte = $_; ["attributes: $byte", sub {
    all_nodes(sub { put($_[0] + NODE_HEADER + 2, 'C*', ($byte) x 200) });
    for my $list (lists()) { put($list->[1] + 16 + 8 + $_ * (6 + ATTRIBUTES), 'C*', ($byte) x 200) for 0 .. 3 }
}, $damaged] } 0, 1, 3, 7, 41, 119, 255;
for my $round (1 .. ROUNDS / 4) {
    my @bytes = map { [int rand ATTRIBUTES, int rand 256] } 1 .. 1 + rand 100;
    push @labelled_patches, ["attributes: random bytes, $round", sub {
        all_nodes(sub { my ($node) = @_; put($node + NODE_HEADER + $_->[0], 'C', $_->[1]) for @bytes });
    }];
}
# Bytes anywhere, more of them on the metapage and at the beginning of nodes.
for my $round (1 .. ROUNDS) {
    my @bytes = map { [rand, rand, rand, int rand 256] } 1 .. 1 + rand 30;
    my $list = (\@patches, \@wide_patches, \@compact_patches, \@sparse_patches)[$round % 12 < 8 ? 0 : $round % 4];
    push @$list, ["random bytes, $round", sub {
        my @nodes = items(NODES);
        for (@bytes) {
            my ($where, $which, $at, $byte) = @$_;
            put($where < .1 ? PAGE_HEADER + int(64 * $at)
                : $where < .4 ? $nodes[$which * @nodes][1] + int(NODE_HEADER * $at)
                : int($which * blocks()) * BLOCK + int(BLOCK * $at), 'C', $byte);
        }
    }];
}

# --- tables -------------------------------------------------------------------------------------------------

$node->safe_psql('postgres', <<'END');
CREATE FUNCTION pattern(i integer, dims integer) RETURNS vector IMMUTABLE LANGUAGE sql AS
    'SELECT array_agg((i * k + k * k) % 23)::vector FROM generate_series(1, dims) k';
CREATE FUNCTION rows_of(dims integer, wanted integer) RETURNS TABLE (id integer, embedding vector) LANGUAGE sql AS
    'SELECT i, CASE WHEN i % 20 = 0 THEN NULL WHEN i % 20 = 1 THEN array_fill(0, ARRAY[dims])::vector
        ELSE pattern(CASE WHEN i % 5 = 0 THEN 7 ELSE i END, dims) END FROM generate_series(1, wanted) i';
CREATE TABLE narrow_rows AS SELECT * FROM rows_of(64, 400);
CREATE TABLE wide_rows AS SELECT * FROM rows_of(6000, 30);
CREATE TABLE labelled_rows AS SELECT * FROM rows_of(64, 100);
CREATE TABLE compact_rows AS SELECT * FROM narrow_rows WHERE id <= 200;
CREATE TABLE sparse_rows AS SELECT id, embedding::sparsevec FROM compact_rows;
CREATE TABLE sparse_compact_rows AS SELECT * FROM sparse_rows;
END
my (@tables, $create);
my $labels = "label text GENERATED ALWAYS AS (repeat('label ' || (id % 7)::text, 1 + id % 20)) STORED,
    numbers int[] GENERATED ALWAYS AS (ARRAY[id % 5, id % 3]) STORED,
    data jsonb GENERATED ALWAYS AS (('{\"key' || (id % 4)::text || '\": 1}')::jsonb) STORED";
for (['narrow', 'vector', DIMS, 'm = 4', \@patches, '', ''],
    ['wide', 'vector', 6000, 'm = 16', \@wide_patches, '', ''],
    ['labelled', 'vector', DIMS, 'm = 4', \@labelled_patches, ", $labels", ', label, numbers, data'],
    ['compact', 'vector', DIMS, 'm = 4, link_bits = 0', \@compact_patches, '', ''],
    ['sparse', 'sparsevec', DIMS, 'm = 4', \@sparse_patches, '', ''],
    ['sparse_compact', 'sparsevec', DIMS, 'm = 4, link_bits = 0', \@sparse_patches, '', '']) {
    my ($kind, $type, $dims, $options, $list, $more, $columns) = @$_;
    for my $patch (@$list) {
        my $table = 't' . @tables;
        push @tables, { name => $table, kind => $kind, type => $type, dims => $dims, patch => $patch };
        $create .= <<"END";
CREATE TABLE $table (id integer, embedding $type($dims)$more);
INSERT INTO $table SELECT * FROM ${kind}_rows;
CREATE INDEX ${table}_index ON $table USING hnsw (embedding ${type}_cosine_ops$columns)
    WITH ($options, ef_construction = 32);
END
    }
}
$node->safe_psql('postgres', $create);
my %path = $node->safe_psql('postgres', <<'END') =~ /^(.*)\|(.*)$/mg;
SELECT relname, pg_relation_filepath(oid) FROM pg_class WHERE relkind = 'i'
END

$node->stop;
for (@tables) {
    my $path = $node->data_dir . "/$path{$_->{name} . '_index'}";
    $file = slurp_file($path);
    $_->{patch}[1]->();
    open my $out, '>:raw', $path or die "$path: $!";
    print $out $file;
    close $out;
}
$node->start;

# --- what happens -------------------------------------------------------------------------------------------

# What may be said besides: by the server about pages, and blocks of the table, and by the executor about wrong
# distances.
my $core = qr{^XX001\ .*invalid\ page\ in\ block | could\ not\ (?:read\ block|open\ file.*target\ block)
    | ^XX000\ .*index\ returned\ tuples\ in\ wrong\ order}sx;

for (@tables) {
    my ($table, $type, $dims, $patch) = @$_{qw(name type dims patch)};
    my ($what, undef, $wanted) = @$patch;
    my $scan = "SELECT count(id) FROM (SELECT id FROM $table ORDER BY embedding <=> ";
    my $vector = sub { return "pattern($_[0], $dims)::$type" };
    my $conditions = $_->{kind} ne 'labelled' ? '' : join "\n", map {
        "SELECT count(*) FROM (SELECT id FROM $table WHERE $_ ORDER BY embedding <=> pattern(8, $dims)) AS all_of_them;"
    } "label > 'label 2'", "label = 'label 3'", "numbers && '{1,2}'", "numbers > '{1}'", "data ? 'key2'", "data > '{}'",
        "label IS NULL";
    my $script = <<"END";
\\set VERBOSITY verbose
SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off;
$scan@{[$vector->(8)]} LIMIT 5) AS nearest;
$scan@{[$vector->(9)]}) AS everything;
$conditions
INSERT INTO $table VALUES (1001, @{[$vector->(999)]});
INSERT INTO $table VALUES (1002, @{[$vector->(7)]});
INSERT INTO $table VALUES (1003, NULL);
INSERT INTO $table VALUES (1004, array_fill(0, ARRAY[$dims])::vector::$type);
DELETE FROM $table WHERE id % 3 = 0;
VACUUM $table;
$scan@{[$vector->(10)]}) AS everything;
INSERT INTO $table SELECT 2000 + id, embedding FROM $table WHERE id <= 30;
REINDEX INDEX ${table}_index;
SELECT 'repaired' WHERE ($scan@{[$vector->(11)]}) AS everything) = (SELECT count(*) FROM $table);
END
    my ($status, $rows, $said) =
        $node->psql('postgres', $script, on_error_stop => 0, timeout => 60, timed_out => \my $endless);
    my @errors = map { s/^(\w+): +/$1 /r } $said =~ /ERROR: +(.*?)(?=^psql:|\z)/gms;
    my @bad = grep { $_ !~ $damaged && $_ !~ $foreign && $_ !~ $core } @errors;
    push @bad, 'not noticed' if $wanted && ($errors[0] // '') !~ $wanted;
    push @bad, 'not repaired' if $rows !~ /repaired/;
    push @bad, "psql ended with $status: $said" if $status || $endless;
    ok(!@bad, "$_->{kind}: $what") or diag("SEED=$seed\n", @bad);
    note(@errors);
    crash($node) if $endless;
    $node->poll_query_until('postgres', 'SELECT true') if $status;
}

done_testing();
