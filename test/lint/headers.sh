#!/bin/bash
# Every header compiles on its own, so the order of includes does not matter (except that pg/pg.hpp comes first).
set -euo pipefail
cd "$(dirname "$0")/../.."

server=$("${PG_CONFIG:-pg_config}" --includedir-server)
export compile="g++ -std=gnu++20 -fno-exceptions -fno-rtti -fsyntax-only -Wall -Wextra -Wno-unused-parameter -Werror
    -Isrc -isystem $server -x c++ -"
# Files named *.inl.hpp are pieces of another file.
find src -name '*.hpp' ! -name '*.inl.hpp' -printf '%P\0' | xargs -0 -r -n 1 -P "$(nproc)" \
    bash -c '$compile <<<"#include \"$1\""' compile
