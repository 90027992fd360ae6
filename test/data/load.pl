#!/usr/bin/perl
# Writes the artworks of tate10k (see tate10k/README.md) for Postgres.
#   load.pl                   a script for psql: creates and fills the tables artworks and queries
#   load.pl artworks|queries  only the rows of one of them, for COPY ... FROM STDIN
# Works from any folder; needs perl and xz alone. The type `vector` must be there already.
use strict;
use warnings;
use FindBin qw($Bin);

use constant DIMS => 384;

binmode STDOUT;
if (@ARGV) {
    copy_rows($ARGV[0], 1 + ($ARGV[0] eq 'queries' ? 10_000 : 0));
    exit;
}
print <<'SQL';
CREATE TABLE artworks (
    id integer PRIMARY KEY,
    accession text NOT NULL,
    title text NOT NULL,
    artist text NOT NULL,
    year integer NOT NULL,
    classification text NOT NULL,
    medium text NOT NULL,
    embedding vector(384) NOT NULL
);
CREATE TABLE queries (LIKE artworks);
SQL
my $first = 1;
for my $table (qw(artworks queries)) {
    print "COPY $table FROM STDIN;\n";
    $first = copy_rows($table, $first);
    print "\\.\n";
}
print "ANALYZE artworks, queries;\n";

# Numbers the rows from $id on; returns the number after the last.
sub copy_rows {
    my ($table, $id) = @_;
    open my $texts, '-|', 'xz', '-dc', "$Bin/tate10k/$table.tsv.xz" or die "xz: $!";
    open my $halfs, '-|', 'xz', '-dc', "$Bin/tate10k/$table.f16.xz" or die "xz: $!";
    binmode $_ for $texts, $halfs;
    while (my $text = <$texts>) {
        chomp $text;
        read($halfs, my $bytes, 2 * DIMS) == 2 * DIMS or die "$table.f16.xz is too short";
        print $id++, "\t$text\t[", join(',', map { half_text($_) } unpack 'v*', $bytes), "]\n";
    }
    close $_ or die "cannot read the rows of $table" for $texts, $halfs;
    return $id;
}

# The shortest decimal number that single precision reads back as this half (finite: there are no others in the data).
my @known;
sub half_text {
    my ($half) = @_;
    return $known[$half] //= do {
        my $exponent = $half >> 10 & 31;
        my $value = ($half & 1023 | ($exponent ? 1024 : 0)) * 2**(($exponent || 1) - 25);
        $value = -$value if $half >> 15;
        my ($digits, $text) = (0);
        do { $text = sprintf '%.*g', ++$digits, $value } until unpack('f', pack 'f', $text) == $value;
        $text;
    };
}
