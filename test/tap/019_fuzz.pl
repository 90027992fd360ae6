# Text and binary input of any kind: what is accepted reads back as the same value, all else is an error of the input,
# and the server lives. FUZZ_SEED=n for other inputs.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $count = 10_000;
my $seed = $ENV{FUZZ_SEED} // 19;
note "seed $seed";
srand $seed;

# Right texts of each type, to be changed, and pieces to make texts of; right messages, and numbers to put into them.
my @list_pieces = ('[', ']', ',', '*', ' ', "\t", "\n", '-', '+', '.', 0, 1, 2, 37, 127, 128, 65519, 65520, '1e5',
    '1e39', '1e-46', 'nan', 'inf', 'Infinity', '0x1p3',
    '9' x 20, '9' x 400, '[1,2,3]', '1,', 'x', "\xff", "\xc3\xa9", '\\', "'");
my @sparse_pieces = (@list_pieces, '{', '}', ':', '/', '{1:2,3:4}/5', '1:1,', '5:0,', '{1:2', '}/3', 1000000000,
    2147483648);
my @list = ('[1,2.5,-3]', ' [ 0.1 , -0,+7.0e2 ] ', '[1e-45,3.4028235e38]', '[65504,-65504,6e-8]', '[-128,127,5]');
my $floats = join ',', map { $_ / 7 } 1 .. 300;
my @numbers = (0, 1, 2, 3, 16_000, 16_001, 32_767, 32_768, 65_535, 1_000_000_000, 1_000_000_001, 0x7FFFFFFF, 0x80000000,
    0xFFFFFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x80000000, 0x00000001, 0x7C00, 0xFC00, 0x7E00, 0x7BFF);
my %types = (
    vector => {
        pieces => \@list_pieces,
        texts => [@list, "[$floats]"],
        messages => [pack('n n f>3', 3, 0, 1, -2.5, 1e-45), pack('n n f>300', 300, 0, 1 .. 300)],
    },
    halfvec => {
        pieces => \@list_pieces,
        texts => [@list, "[$floats]"],
        messages => [pack('n n n3', 3, 0, 0x3C00, 0x8000, 0x7BFF), pack('n n n300', 300, 0, 1 .. 300)],
    },
    int8vec => {
        pieces => \@list_pieces,
        texts => ['[-128,127,5]', '[1,2,3]*0.25', ' [ 1 , -2,+3 ] * 1e-3 ',
            '[' . join(',', map { $_ % 127 } 1 .. 300) . ']'],
        messages => [pack('n n f> c3', 3, 0, 0.25, 1, -128, 127), pack('n n f> c100', 100, 0, 1, 1 .. 100)],
    },
    sparsevec => {
        pieces => \@sparse_pieces,
        texts => ['{1:1.5,3:-2}/5', ' { 3 : 1.5 , +1:-2e0,4:0,2:0x1p-1 } / 7 ', '{}/1000000000', '{9:1,8:2,7:4}/9',
            '{' . join(',', map { "$_:0.$_" } 1 .. 300) . '}/500'],
        messages => [pack('N N N N2 f>2', 5, 2, 0, 0, 4, 1.5, -1e-45), pack('N N N', 7, 0, 0),
            pack('N N N N100 f>100', 300, 100, 0, 1 .. 100, 1 .. 100)],
    },
);

sub one_of { my ($list) = @_; return $list->[rand @$list] }

# Some bytes of $text go, come twice, or are replaced by something else.
sub changed {
    my ($text, $piece) = @_;
    my $at = int rand length($text) + 1;
    my $length = int rand 5;
    my $kind = int rand 5;
    substr($text, $at, $length) = '' if $kind == 0;
    substr($text, $at) = '' if $kind == 1;
    substr($text, $at, 0) = substr $text, $at, $length if $kind == 2;
    substr($text, $at, 0) = $piece->() if $kind == 3;
    substr($text, $at, length $piece->()) = $piece->() if $kind == 4;
    return $text;
}

sub fuzzed_text {
    my ($type) = @_;
    my $piece = sub { one_of($type->{pieces}) };
    return join '', map { $piece->() } 1 .. rand 16 if rand() < .3;
    my $text = one_of($type->{texts});
    $text = changed($text, $piece) for 0 .. rand 3;
    return $text;
}

# Every second one keeps its length: the numbers in it are wrong.
sub fuzzed_message {
    my ($type) = @_;
    my $message = one_of($type->{messages});
    my $number = sub { return substr pack('Nn', one_of(\@numbers), one_of(\@numbers)), one_of([0, 4, 5]), 4 };
    if (rand() < .5) {
        $message = changed($message, $number) for 0 .. rand 3;
        return $message;
    }
    for (0 .. rand 3) {
        my $new = $number->();
        my $places = length($message) - length($new) + 1;
        next if $places < 1;
        substr($message, rand() < .5 ? rand(min(12, $places)) : rand $places, length $new) = $new;
    }
    return $message;
}
sub min { return $_[0] < $_[1] ? $_[0] : $_[1] }

# Any byte is a character of SQL_ASCII. Every third value has to fit a type modifier.
my $node = new_node('main', 'fsync = off', extra => ['--no-locale', '--encoding=SQL_ASCII']);
my $file = PostgreSQL::Test::Utils::tempdir . '/inputs';
open my $out, '>:raw', $file or die $!;
for my $name (sort keys %types) {
    for my $id (1 .. $count) {
        my $modifier = $id % 3 ? -1 : 3;
        my $bytes = unpack 'H*', fuzzed_text($types{$name});
        print {$out} "$name\ttext\t$id\t$modifier\t\\\\x$bytes\n";
        $bytes = unpack 'H*', fuzzed_message($types{$name});
        print {$out} "$name\tbinary\t$id\t$modifier\t\\\\x$bytes\n";
    }
}
close $out or die $!;

# outcome: 'value', or SQLSTATE and message. Bytes reach a recv function as a field of type bytea that COPY has written,
# which is nothing but its bytes, and what it makes of them reaches a trigger.
my $field = PostgreSQL::Test::Utils::tempdir . '/field';
$node->safe_psql('postgres', <<"END");
CREATE TABLE inputs (type text, form text, id int, modifier int, input bytea, outcome text);
COPY inputs (type, form, id, modifier, input) FROM '$file';
END
for my $name (sort keys %types) {
    $node->safe_psql('postgres', <<"END");
CREATE FUNCTION keeps_$name(v $name, bytes bytea) RETURNS boolean LANGUAGE plpgsql AS \$\$
BEGIN
    RETURN ${name}_send(v) = bytes AND ${name}_send(v::text::$name) = bytes;
END \$\$;
CREATE FUNCTION note_$name() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
    PERFORM set_config('fuzz.same', keeps_$name(NEW.v, current_setting('fuzz.bytes')::bytea)::text, false);
    RETURN NULL;
END \$\$;
CREATE TABLE ${name}_any (v $name);
CREATE TABLE ${name}_3 (v $name(3));
CREATE TRIGGER note BEFORE INSERT ON ${name}_any FOR EACH ROW EXECUTE FUNCTION note_$name();
CREATE TRIGGER note BEFORE INSERT ON ${name}_3 FOR EACH ROW EXECUTE FUNCTION note_$name();
CREATE FUNCTION outcome_$name(form text, modifier int, input bytea) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE
    same boolean;
    value $name;
BEGIN
    IF form = 'text' THEN
        value := ${name}_in(textout(convert_from(input, 'SQL_ASCII')), 0, modifier);
        same := keeps_$name(value, ${name}_send(value));
    ELSE
        PERFORM set_config('fuzz.same', 'false', false), set_config('fuzz.bytes', input::text, false);
        COPY (SELECT current_setting('fuzz.bytes')::bytea) TO '$field' (FORMAT binary);
        IF modifier = 3 THEN
            COPY ${name}_3 FROM '$field' (FORMAT binary);
        ELSE
            COPY ${name}_any FROM '$field' (FORMAT binary);
        END IF;
        same := current_setting('fuzz.same');
    END IF;
    RETURN CASE WHEN same THEN 'value' ELSE 'another value' END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END \$\$;
UPDATE inputs SET outcome = outcome_$name(form, modifier, input) WHERE type = '$name';
END
}

# Errors of the input have classes 22 and 54, of a message that ends too early 08P01; these are their only messages
# that do not name the type.
my $unnamed = 'expected \d+ dimensions, not \d+|expected unused to be 0, not -?\d+|' .
    'insufficient data left in message|no data left in message|incorrect binary data format';
for my $name (sort keys %types) {
    for my $form (qw(text binary)) {
        my $these = "FROM inputs WHERE type = '$name' AND form = '$form'";
        my $wrong = $node->safe_psql('postgres', <<"END");
SELECT id, modifier, input, outcome $these AND outcome IS DISTINCT FROM 'value'
    AND left(outcome, 6) !~ '\\A(22...|54000|08P01) '
UNION ALL
SELECT id, modifier, input, outcome $these AND outcome <> 'value' AND strpos(outcome, '$name') = 0
    AND substr(outcome, 7) !~ '\\A($unnamed)\\Z'
LIMIT 10
END
        is($wrong, '', "$name, $form: a value or an error of the input");
        my $kinds = $node->safe_psql('postgres', <<"END");
SELECT count(*), regexp_replace(regexp_replace(outcome, '".*"', '...'), '(\\d+ dimensions, )?not -?\\d+', '...')
$these GROUP BY 2 ORDER BY 2
END
        note $kinds;
        my ($values) = $kinds =~ /^(\d+)\|value$/m;
        cmp_ok($values // 0, '>=', $count / 100, "$name, $form: some are values") || diag "seed $seed";
    }
}
no_errors_ok($node, 'after all inputs');
done_testing();
