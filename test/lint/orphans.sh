#!/bin/bash
# Everything has its counterpart: tests have expected output and the other way round, SQL functions have a C function in
# the module and the other way round.
set -euo pipefail
cd "$(dirname "$0")/../.."

status=0
pairs() { # what is missing when a line is on the left alone, and on the right alone; left lines; right lines
    local only
    only=$(comm -23 <(sort -u <<<"$3") <(sort -u <<<"$4"))
    [ -z "$only" ] || { printf '%s:\n%s\n' "$1" "$only"; status=1; }
    only=$(comm -13 <(sort -u <<<"$3") <(sort -u <<<"$4"))
    [ -z "$only" ] || { printf '%s:\n%s\n' "$2" "$only"; status=1; }
}
stems() { # folder, extension; name_1.out is a variant of name.out
    find "$1" -maxdepth 1 -name "*.$2" -printf '%f\n' 2>/dev/null | sed -E "s/(_[0-9])?\.$2\$//"
}

pairs 'no expected/*.out for' 'no sql/*.sql for' "$(stems sql sql)" "$(stems expected out)"
pairs 'no test/isolation/expected/*.out for' 'no test/isolation/specs/*.spec for' \
    "$(stems test/isolation/specs spec)" "$(stems test/isolation/expected out)"
exported=$(nm -D --defined-only vectorhnsw.so | awk '{ print $3 }')
declared=$(cat src/sql/*.sql | grep -oE "'vhnsw_[a-z0-9_]+'" | tr -d "'" || true)
# Parallel workers find their entry point by a name in a string.
by_name=$(cat src/*.cpp src/*/*.cpp | grep -oE '"vhnsw_[a-z0-9_]+"' | tr -d '"' || true)
pairs 'named in src, but not in the module' 'in the module, but named nowhere in src' \
    "$(grep . <<<"$declared"$'\n'"$by_name" || true)" "$(grep '^vhnsw_' <<<"$exported" || true)"
pairs 'no VHNSW_FUNCTION for' 'VHNSW_FUNCTION not declared in src/sql' \
    "$declared" "$(sed -n 's/^pg_finfo_\(vhnsw_\)/\1/p' <<<"$exported")"
exit $status
