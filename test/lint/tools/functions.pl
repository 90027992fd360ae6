#!/usr/bin/perl
# functions.pl FILE...: prints "file:line name lines parameters" for each function definition of several lines. It relies
# on the layout that clang-format gives: the opening brace of a function, and of nothing else, stands on a line of its
# own below the parameters, and the closing brace is the next one at the same indentation.
use strict;
use warnings;

for my $file (@ARGV) {
    open my $handle, '<', $file or die "$file: $!";
    chomp(my @lines = <$handle>);
    for my $brace (grep { $lines[$_] =~ /^ *\{$/ } 1 .. $#lines) {
        my ($indent) = $lines[$brace] =~ /^( *)/;
        my $end = $brace;
        $end++ while $end < $#lines && $lines[$end] !~ /^$indent\}/;
        my $start = $brace;
        $start-- while $start > 0 && $lines[$start - 1] !~ m{^\s*$|^\s*//|[;\}\{]$|^\s*\w+:$|^template\b.*>$};
        my $head = join ' ', @lines[$start .. $brace - 1];
        $head =~ s/__attribute__\(\(.*?\)\)//g;
        next unless $head =~ /([\w:~]+|operator\W+)\s*\(((?:[^()]|\((?2)\))*)\)/;
        my ($name, $list) = ($1, $2);
        1 while $list =~ s/(<[^<>]*>|\([^()]*\)|\{[^{}]*\})//;
        my $parameters = $list =~ /^\s*(void)?$/ ? 0 : 1 + ($list =~ tr/,//);
        printf "%s:%d %s %d %d\n", $file, $start + 1, $name, $end - $start + 1, $parameters;
    }
}
