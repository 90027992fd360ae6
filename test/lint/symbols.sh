#!/bin/bash
# No C++ runtime: the module would otherwise throw, allocate behind the back of memory contexts, or run code while it is
# loaded. And nothing is exported but what SQL needs: other modules share one namespace with this one.
set -euo pipefail
cd "$(dirname "$0")/../.."

status=0
expect_none() { # what is wrong, lines
    [ -z "$2" ] && return
    printf '%s:\n%s\n' "$1" "$2"
    status=1
}

module=vectorhnsw.so
runtime='std::|operator (new|delete)|__cxa_|_Unwind|__gxx_personality|__dynamic_cast| abort$'
expect_none "runtime symbols in $module" "$(nm -uC $module | grep -E "$runtime" | grep -v ' w __cxa_finalize' || true)"
expect_none "libraries of $module other than libc and libm" \
    "$(readelf -d $module | grep NEEDED | grep -vE '\[(libc|libm)\.so' || true)"
expect_none "exports of $module without the prefix vhnsw_" \
    "$(nm -D --defined-only $module | grep -vE ' (Pg_magic_func|_PG_init|(pg_finfo_)?vhnsw_[a-z0-9_]+)$' || true)"
expect_none "symbols that neither the server nor the C library has" \
    "$(comm -23 <(nm -Du $module | awk '$1 == "U" && !/@/ { print $2 }' | sort) \
        <(nm -D --defined-only "$("${PG_CONFIG:-pg_config}" --bindir)/postgres" | awk '{ print $3 }' | sort))"
while read -r object; do
    expect_none "start-up code in $object" "$(objdump -h "$object" | grep -E '\.(init_array|ctors)' || true)"
done < <(find src -name '*.o')
exit $status
