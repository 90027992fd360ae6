#!/usr/bin/env bash
# Compiles the SQL benchmark and runs it for every set. Takes NAME=value arguments or the same names from the
# environment; README.md explains them.
set -euo pipefail

for argument in "$@"; do
    case $argument in
        DATA=* | SETS=* | OURS=* | PEER=* | STEPS=* | RESULTS=* | ARGS=*) export "$argument" ;;
        *) echo "run.sh: unknown argument $argument" >&2; exit 2 ;;
    esac
done
: "${DATA:?give DATA=folder that holds the vector sets}"
SETS=${SETS:-tate384 fashion784 sift-dev}
OURS=${OURS:-dbname=vectorhnsw_bench}
[ "$OURS" != none ] || OURS=

here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../build/bench
mkdir -p "$out"
"${CXX:-g++}" -std=c++20 -O2 -Wall -Wextra -I"$(${PG_CONFIG:-pg_config} --includedir)" \
    "$here"/sql_bench*.cpp -L"$(${PG_CONFIG:-pg_config} --libdir)" -lpq -o "$out/sql_bench"

for name in $SETS; do
    # ARGS is a list of words.
    "$out/sql_bench" set="$DATA/$name" ours="$OURS" peer="${PEER:-}" results="${RESULTS:-$out/results.jsonl}" \
        ${STEPS:+steps="${STEPS// /,}"} ${ARGS:-}
done
