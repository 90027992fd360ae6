#!/bin/bash
# packages.sh demo|test|clients|ci: makes sure that what `make demo`, `make test`, `make clients` or .ci/run needs is
# there. On Debian, missing packages are installed when that is possible (root or sudo); otherwise they are named and the
# exit status is 1.
set -euo pipefail

missing=()
need() { # package, command that succeeds when it is installed
    bash -c "$2" >/dev/null 2>&1 || missing+=("$1")
}

need g++ 'command -v g++'
need xz-utils 'command -v xz'
if bash -c 'test -f "$(pg_config --pgxs)" && test -f "$(pg_config --includedir-server)/postgres.h"' 2>/dev/null; then # any version that can build extensions
    version=$(pg_config --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/')
    need "postgresql-$version" 'test -x "$(pg_config --bindir)/postgres"'
else
    missing+=(postgresql-15 postgresql-server-dev-15)
fi
case $1 in
    test) need libipc-run-perl 'perl -MIPC::Run -e 1' ;;
    clients)
        need nodejs 'command -v node'; need npm 'command -v npm'; need libpq-dev 'test -f "$(pg_config --includedir)/libpq-fe.h"'
        for name in psycopg2 psycopg sqlalchemy django; do need "python3-$name" "/usr/bin/python3 -c 'import $name'"; done ;;
    ci) need libipc-run-perl 'perl -MIPC::Run -e 1'; need clang-format 'command -v clang-format' ;;
esac
[ ${#missing[@]} -eq 0 ] && exit 0

become_root=()
if [ "$(id -u)" -ne 0 ]; then become_root=(sudo); fi
if ! command -v apt-get >/dev/null || ! "${become_root[@]}" true 2>/dev/null </dev/null; then
    echo "Missing packages (names as in Debian): ${missing[*]}" >&2
    echo "Install them and try again: apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi
echo "Installing Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${become_root[@]}" env DEBIAN_FRONTEND=noninteractive bash -c '
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@"' apt "${missing[@]}" </dev/null >"$log" 2>&1 ||
    { cat "$log" >&2; exit 1; }
