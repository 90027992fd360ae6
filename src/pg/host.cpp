// The host services of core/host.hpp on the backend.
#include "pg/pg.hpp"

#include "core/host.hpp"

namespace vhnsw {

void *
host_alloc(size_t bytes)
{
    return MemoryContextAllocHuge(CurrentMemoryContext, bytes);
}

void
host_free(void *block)
{
    if (block != nullptr) pfree(block);
}

void
host_fail(const char *message)
{
    elog(ERROR, "vectorhnsw: %s", message);
    pg_unreachable();
}

void
host_check_interrupts()
{
    CHECK_FOR_INTERRUPTS();
}

}  // namespace vhnsw
