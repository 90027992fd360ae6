#!/bin/bash
# with_server.sh COMMAND...: runs COMMAND beside a throw-away server that has the extension installed, and leaves
# nothing behind: neither processes nor files, neither here nor in the PostgreSQL installation. `make all` must have run.
#
# COMMAND runs in a copy of the source tree, as an unprivileged user (`postgres` or `nobody` when started by root), with
#   PATH, PG_CONFIG    a private copy of the PostgreSQL installation into which the extension is installed
#   PGHOST PGPORT PGUSER PGDATABASE    the server, reachable through a Unix socket only
#   WORK               a scratch folder outside the source tree
# LEAVE_OUT names what the copy does without, by default the large packages of test/clients.
# SERVER_OPTIONS may hold further options of the server, such as "-c shared_buffers=1GB".
set -euo pipefail

# --- First pass, as the caller: a scratch folder with a copy of the tree, handed to the unprivileged user. ---
if [ "${1-}" != --inside ]; then
    source_tree=$(cd "$(dirname "$0")/../.." && pwd)
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/vectorhnsw.XXXXXX")
    trap 'rm -rf "$WORK"' EXIT
    trap 'exit 130' INT TERM HUP
    mkdir "$WORK/tree"
    tar -C "$source_tree" --exclude=./.git --exclude="./${LEAVE_OUT-test/clients/node_modules}" -c . | tar -C "$WORK/tree" --no-same-owner -x
    as_user=()
    if [ "$(id -u)" -eq 0 ]; then
        user=postgres
        id "$user" >/dev/null 2>&1 || user=nobody
        chown -R "$user" "$WORK"
        as_user=(setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups)
    fi
    cd "$WORK/tree"
    "${as_user[@]}" env WORK="$WORK" HOME="$WORK" test/harness/with_server.sh --inside "$@"
    exit
fi
shift

# --- Second pass, unprivileged: private installation, server, command. ---
# PostgreSQL finds its files relative to its executable, so a copy is an installation of its own.
real=${PG_CONFIG:-pg_config}
prefix=$WORK/pg
for kind in bindir pkglibdir sharedir pkgincludedir; do
    folder=$("$real" --$kind)
    mkdir -p "$prefix$folder"
    cp -r "$folder/." "$prefix$folder"
done
bin=$prefix$("$real" --bindir)
export PATH=$bin:$PATH PG_CONFIG=$bin/pg_config LC_ALL=C.UTF-8 PSQLRC=/dev/null
export PGHOST=$WORK/socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
unset PGSERVICE PGHOSTADDR PGOPTIONS PGDATA PGSSLMODE PGPASSFILE
unset MAKEFLAGS MAKELEVEL MFLAGS

make -s install >"$WORK/install.log" 2>&1 || { cat "$WORK/install.log" >&2; exit 1; }
mkdir -m 700 "$PGHOST"
initdb -D "$WORK/data" -U "$PGUSER" -A trust --no-locale --encoding=UTF8 --no-sync >"$WORK/initdb.log" 2>&1 ||
    { cat "$WORK/initdb.log" >&2; exit 1; }
trap 'pg_ctl -D "$WORK/data" -m immediate -w stop >/dev/null 2>&1 || true' EXIT
trap 'exit 130' INT TERM HUP
# What hangs becomes an error of the statement that did.
pg_ctl -D "$WORK/data" -l "$WORK/server.log" -w start >/dev/null \
    -o "-c listen_addresses='' -c unix_socket_directories='$PGHOST' -c fsync=off -c statement_timeout=10min ${SERVER_OPTIONS-}" ||
    { cat "$WORK/server.log" >&2; exit 1; }
"$@"
