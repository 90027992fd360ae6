#!/bin/bash
# What `make test` runs once the packages are there: builds, then lint, unit, regress, isolation and TAP tests. The
# last line sums up: "N passed, M failed". A lint gate counts as one test, as does a suite that ends badly without saying
# how.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
shopt -s nullglob

log=$(mktemp "${TMPDIR:-/tmp}/vectorhnsw.XXXXXX")
trap 'rm -f "$log"' EXIT
passed=0
failed=0

# Adds up what the suites in the log say; the patterns cover the output of pg_regress and prove.
count() {
    awk '
        /^[0-9]+ passed, [0-9]+ failed$/ { passed += $1; failed += $3 }
        match($0, /All [0-9]+ tests? passed/) { split(substr($0, RSTART), w, " "); passed += w[2] }
        match($0, /[0-9]+ of [0-9]+ tests? failed/) {
            split(substr($0, RSTART), w, " "); failed += w[1]; passed += w[3] - w[1] }
        /^Files=[0-9]+, Tests=[0-9]+/ { split($2, w, /[=,]/); passed += w[2] }
        # A TAP file that fails: its failed tests, or one when it died.
        match($0, /\(Wstat: .* Tests: [0-9]+ Failed: [0-9]+\)/) {
            n = split(substr($0, RSTART, RLENGTH - 1), w, " "); failed += w[n] ? w[n] : 1; passed -= w[n] }
        END { print passed + 0, failed + 0 }' "$log"
}

suite() { # name, command...
    echo "== $1"
    shift
    "$@" 2>&1 | tee "$log"
    local ended=${PIPESTATUS[0]} suite_passed suite_failed
    read -r suite_passed suite_failed < <(count)
    if [ "$ended" -ne 0 ] && [ "$suite_failed" -eq 0 ]; then suite_failed=1; fi
    passed=$((passed + suite_passed))
    failed=$((failed + suite_failed))
}

lint() {
    local good=0 bad=0 gate
    for gate in test/lint/*.sh; do
        if "$gate"; then good=$((good + 1)); else bad=$((bad + 1)); fi
    done
    echo "$good passed, $bad failed"
}

make -s -j"$(nproc)" all || exit
suite lint lint
suite unit make -s -j"$(nproc)" unit
suite "regress, isolation, TAP" make -s tempcheck
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
