#!/usr/bin/env bash
# Runs the SQL benchmark, which `make build/sql_bench` compiles, for every set. Takes NAME=value arguments or the same
# names from the environment; README.md explains them.
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

build=$(cd "$(dirname "$0")/../.." && pwd)/build
mkdir -p "$build/bench"
for name in $SETS; do
    # ARGS is a list of words.
    "$build/sql_bench" set="$DATA/$name" ours="$OURS" peer="${PEER:-}" \
        results="${RESULTS:-$build/bench/results.jsonl}" ${STEPS:+steps="${STEPS// /,}"} ${ARGS:-}
done
