#!/bin/bash
# An error of Postgres jumps over our frames, so nothing on a stack may need cleaning up: no destructors, no exceptions,
# no memory but the host's, no statics computed on first use. The compiler does not object to these; this does.
set -euo pipefail
cd "$(dirname "$0")/../.."

shopt -s nullglob globstar
files=(src/**/*.hpp src/**/*.cpp)
code=$(test/lint/tools/strip.pl "${files[@]}" | grep -v '#include')
status=0
ban() { # why, what (perl), files in which it is allowed (perl; optional)
    local found
    found=$(perl -ne 'BEGIN { ($what, $where) = splice @ARGV, 0, 2 }
        /^([^:]*):\d+:(.*)/ or next;
        print if $2 =~ /$what/ && !($where && $1 =~ /$where/)' "$2" "${3-}" <<<"$code")
    [ -z "$found" ] && return
    printf '%s:\n%s\n' "$1" "$found"
    status=1
}

ban 'nobody runs destructors' '^\s*(\w+\s+)*~\w+\s*\(|::~\w+\s*\(' '^src/pg/guard\.hpp$'
ban 'own nothing that Postgres cannot clean up' '\bPG_(TRY|CATCH|FINALLY|END_TRY)\b'
ban 'no exceptions' '\b(try|catch|throw)\b'
ban 'no virtual functions, no RTTI' '\b(virtual|typeid|dynamic_cast)\b'
ban 'memory comes from host_alloc or palloc; placement new is fine' '\bnew\b(?!\s*\()|(?<!= )\bdelete\b'
ban 'memory comes from host_alloc or palloc' '(?<![\w.>])(malloc|calloc|realloc|free)\s*\('
ban 'no std containers or strings' '\bstd::(vector|deque|list|(multi)?map|(multi)?set|unordered_\w+|string|basic_string|function|any)\b'
ban 'no std owners, threads, streams' '\bstd::(\w+_ptr|j?thread|\w*mutex|cout|cerr|\w*stream)\b'
ban 'statics are constinit or constexpr' \
    '^\s*(inline\s+)?static\b(?!.*\b(constexpr|constinit)\b)[^(;]*=(?!\s*sizeof\b).*\w\s*\('
found=$(grep -nE '\b(TODO|FIXME|XXX|HACK)\b' "${files[@]}" || true)
[ -z "$found" ] || { printf 'open ends belong into an issue:\n%s\n' "$found"; status=1; }
exit $status
