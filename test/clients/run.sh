#!/bin/bash
# Real clients beside the server of with_server.sh, which has an extension `vector`: each in a database of its own, one
# line each. Names as arguments, such as "knex django", run some. The last line sums up: "N passed, M failed".
set -uo pipefail
cd "$(dirname "$0")" || exit

shopt -s nullglob
passed=0
failed=0

client() { # name, command
    local name=$1 said status
    shift
    [[ $only = "  " || $only = *" $name "* ]] || return
    export PGDATABASE=clients_${name//-/_}
    # Tables are small: without this the planner would not ask an index.
    psql -Xqd postgres -c "CREATE DATABASE $PGDATABASE" -c "ALTER DATABASE $PGDATABASE SET enable_seqscan = off"
    said=$(timeout 60 "$@" 2>&1)
    status=$?
    if [ $status -eq 0 ] && [[ $said = skipped* ]]; then
        echo "$said"
        return
    fi
    if [ $status -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    # A client that ends badly may not have come to its line.
    [ $status -eq 0 ] || [[ $said = *FAILED* ]] || said="FAILED $name: status $status: $said"
    head -n 20 <<<"$said"
}

only=" $* "
command=(node node/suite.mjs)
# Debian 12 itself has an older one.
node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || command=(printf 'skipped %s: needs Node.js 20\n')
for file in node/*.mjs; do
    name=$(basename "$file" .mjs)
    [[ $name =~ ^(suite|helper)$ ]] || client "$name" "${command[@]}" "$name"
done
for file in python/*_client.py; do
    name=$(basename "$file" _client.py)
    client "$name" /usr/bin/python3 python/suite.py "$name"
done
client libpq ../../build/libpq_client
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
