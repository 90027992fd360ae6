#!/bin/bash
# The shape of the code in numbers, one line each: `make metrics`. Informational; sizes.sh holds the limits.
set -euo pipefail
cd "$(dirname "$0")/../../.."

shopt -s nullglob globstar
product=(src/**/*.hpp src/**/*.cpp src/sql/*.sql)
code=(src/**/*.hpp src/**/*.cpp)
tests=(test/**/*.{cpp,hpp,sh,pl,spec,sql} sql/*.sql)

spread() { # median / 90 % / maximum of the numbers on stdin
    sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] " / " v[int(NR * .9 + .999)] " / " v[NR] }'
}
lines() { cat "$@" /dev/null | wc -l; }
comments() { # share of comment lines among lines that are not blank
    cat "$@" /dev/null | awk 'NF { n++; if (/^ *(\/\/|\*|\/\*|--)/ || /;  \/\/ /) c++ } END { printf "%d %%", n ? 100 * c / n : 0 }'
}
functions=$(test/lint/tools/functions.pl "${code[@]}")

echo "files, lines:                 ${#product[@]}, $(lines "${product[@]}")"
echo "lines of a file:              $(wc -l "${code[@]}" | grep -v ' total$' | spread)   (median / 90 % / largest)"
echo "lines of a function:          $(awk '{ print $3 }' <<<"$functions" | spread)   (of several lines)"
echo "parameters:                   $(awk '{ print $4 }' <<<"$functions" | spread)"
for layer in core kernel quant graph pg type am plan inspect; do
    files=(src/"$layer"/*.?pp)
    [ ${#files[@]} -eq 0 ] || printf '%-29s %s lines, %s comments\n' "  $layer:" \
        "$(lines "${files[@]}")" "$(comments "${files[@]}")"
done
echo "test lines per product line:  $(awk "BEGIN { printf \"%.2f\", $(lines "${tests[@]}") / $(lines "${product[@]}") }")"
echo "isolation specs, TAP files:   $(find test/isolation -name '*.spec' | wc -l), $(find test/tap -name '*.pl' | wc -l)"
[ ! -f vectorhnsw.so ] || echo "module, stripped:             $(strip -o /dev/stdout vectorhnsw.so | wc -c) bytes"
