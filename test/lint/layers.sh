#!/bin/bash
# Layers are real: a folder includes only what the table allows, so the pure layers can be tested without a server.
# Two worlds: pure layers see no header of Postgres, the others see them through pg/pg.hpp alone, and see it first.
set -euo pipefail
cd "$(dirname "$0")/../.."

shopt -s nullglob globstar
awk '
    # A folder or file (without extension), then the folders it may include besides its own. The arena is a store: it
    # scores codes, which the algorithms beside it leave to their store.
    FILENAME == "-" { allowed[$1] = " " $0 " "; next }
    FNR == 1 { std_seen = 0; split(FILENAME, path, "/"); layer = path[2]
               name = layer "/" path[3]; sub(/\..*/, "", name); row = (name in allowed) ? name : layer
               pure = layer ~ /^(core|kernel|quant|graph)$/ }
    !/^ *# *include/ { next }
    /<.*>/ {
        if (match($0, /<[^>]*\.h>/) && !/<(immintrin|arm_neon)\.h>/) complain("only C++ headers and intrinsics in <>")
        std_seen = 1; next }
    { match($0, /".*"/); header = substr($0, RSTART + 1, RLENGTH - 2); folder = header; sub(/\/.*/, "", folder)
      if (header == "pg/pg.hpp" && std_seen) complain("pg/pg.hpp comes first")
      if (FILENAME == "src/pg/pg.hpp" || layer ~ /\./) next
      if (!(folder in allowed)) complain("not a layer of this project: " (pure ? "this one is pure" : "use pg/pg.hpp"))
      else if (!index(allowed[row], " " folder " ")) complain(layer " may not include " folder) }
    function complain(why) { print FILENAME ":" FNR ": " why ": " $0; bad = 1 }
    END { exit bad }' - src/**/*.hpp src/**/*.cpp <<'TABLE'
core
kernel core
quant core kernel
graph core
graph/arena_store core kernel quant graph
pg core
type core kernel pg
am core kernel quant graph pg type
plan core graph pg type am
inspect core graph pg am
TABLE
