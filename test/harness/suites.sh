#!/bin/bash
# suites.sh [NAME...]: regress, isolation and TAP tests against the server of with_server.sh, all of them or those named
# (sql/NAME.sql, test/isolation/specs/NAME.spec, test/tap/NAME.pl). Every suite runs, whatever the others say. What a
# failed one has to tell is printed, because its files vanish with the server.
set -uo pipefail
shopt -s nullglob

only=" $* "
status=0

tell() {
    cat regression.diffs output_iso/regression.diffs 2>/dev/null
    grep -l '^\[.*not ok ' tmp_check/log/regress_log_* /dev/null 2>/dev/null | xargs -r tail -n 60
    grep -HE 'PANIC|TRAP|terminated by signal' "$WORK/server.log" tmp_check/log/*.log
    rm -rf regression.diffs output_iso tmp_check
}

suite() { # variable of the Makefile that lists the tests, files
    local variable=$1 file name list=()
    shift
    for file in "$@"; do
        name=$(basename "${file%.*}")
        [[ $only = "  " || $only = *" $name "* ]] || continue
        [ "$variable" = PROVE_TESTS ] && name=$file
        list+=("$name")
    done
    [ ${#list[@]} -eq 0 ] && return
    make -s installcheck REGRESS= ISOLATION= PROVE_TESTS= "$variable=${list[*]}" 2>&1 | tee "$WORK/suite.log"
    [ "${PIPESTATUS[0]}" -eq 0 ] && return
    status=1
    tell
    grep -qE 'tests? failed|^Files=' "$WORK/suite.log" || echo "0 passed, 1 failed"
}
suite REGRESS sql/*.sql
suite ISOLATION test/isolation/specs/*.spec
suite PROVE_TESTS test/tap/*.pl
exit $status
