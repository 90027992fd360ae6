#!/bin/bash
# Small pieces, in C++ and SQL: files of at most 900 lines, lines of at most 120 columns, functions of at most 120 lines and
# at most 6 parameters (but for the callbacks am_*, whose parameters Postgres prescribes).
set -euo pipefail
cd "$(dirname "$0")/../.."

shopt -s nullglob globstar
status=0
code=(src/**/*.hpp src/**/*.cpp test/**/*.hpp test/**/*.cpp)
perl -CSD -ne '
    chomp;
    if (length > 120) { print "$ARGV:$.: ", length, " columns\n"; $bad = 1 }
    if (eof) { if ($. > 900) { print "$ARGV: $. lines\n"; $bad = 1 } close ARGV }
    END { exit($bad // 0) }' \
    "${code[@]}" src/**/*.sql sql/*.sql || status=1
test/lint/tools/functions.pl "${code[@]}" | awk '
    $3 > 120 { print $1 ": " $2 " has " $3 " lines"; bad = 1 }
    $4 > 6 && $2 !~ /^am_/ { print $1 ": " $2 " has " $4 " parameters"; bad = 1 }
    END { exit bad }' || status=1
exit $status
