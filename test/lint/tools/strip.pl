#!/usr/bin/perl
# strip.pl FILE...: prints every line as "file:line:code", without comments and without the insides of string and
# character literals, so that the gates look at code alone. Names in #include lines are kept.
use strict;
use warnings;

for my $file (@ARGV) {
    open my $handle, '<', $file or die "$file: $!";
    my $text = do { local $/; <$handle> };
    $text =~ s{(//[^\n]*|/\*.*?\*/)|(^\s*\#\s*include[^\n]*)|("(?:\\.|[^"\\\n])*"|(?<!\w)'(?:\\.|[^'\\\n])+')}
              { defined $1 ? $1 =~ s/[^\n]//gr : defined $2 ? $2 : q("") }gemsx;
    my $line = 0;
    print "$file:", ++$line, ":$_\n" for split /\n/, $text, -1;
}
