#!/usr/bin/env bash
# Plots and a page of tables out of a results file: plots.sh RESULTS=file.jsonl [OUT=folder] [FORMAT=svg|png]
# [SPEED=qps|best|cpu], or the same names from the environment. The README of the benchmark says what it makes.
set -euo pipefail

for argument in "$@"; do
    case $argument in
        RESULTS=* | OUT=* | FORMAT=* | SPEED=*) export "$argument" ;;
        *) echo "plots.sh: unknown argument $argument" >&2; exit 2 ;;
    esac
done
missing=()
command -v jq >/dev/null || missing+=(jq)
command -v gnuplot >/dev/null || missing+=(gnuplot-nox)
[ ${#missing[@]} -eq 0 ] || { echo "Missing packages (names as in Debian): ${missing[*]}" >&2; exit 1; }

here=$(cd "$(dirname "$0")" && pwd)
results=$(realpath "${RESULTS:-$here/../../../build/bench/results.jsonl}")
out=${OUT:-$here/../../../build/bench/plots}
format=${FORMAT:-svg} speed=${SPEED:-qps}
[[ $format =~ ^(svg|png)$ ]] || { echo "plots.sh: FORMAT is svg or png" >&2; exit 2; }
[[ $speed =~ ^(qps|best|cpu)$ ]] || { echo "plots.sh: SPEED is qps, best or cpu" >&2; exit 2; }
[ -s "$results" ] || { echo "plots.sh: there is nothing in $results: give RESULTS=file.jsonl" >&2; exit 1; }
mkdir -p "$out"

read_results='include "results"; include "gnuplot"; include "figures"; include "page";
    [inputs] | results | names as $names | '
ask() { # program
    jq -n -r -L "$here" --arg format "$format" --arg speed "$speed" "$read_results$1" "$results"
}
ask 'looks as $looks | figures($names; $speed) | figure_script($looks; $format)' |
    (cd "$out" && gnuplot -e "look = '$here/style.gp'" -)
ask 'page($names; [figures($names; $speed).file + "." + $format])' | cat -s >"$out/README.md"
echo "$out/README.md"
