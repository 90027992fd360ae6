// The host services of core/host.hpp for native programs: malloc, and the end of the program when something breaks.
#include "core/host.hpp"

#include <cstdio>
#include <cstdlib>

namespace vhnsw {

void *
host_alloc(size_t bytes)
{
    void *block = malloc(bytes != 0 ? bytes : 1);
    if (block == nullptr) host_fail("out of memory");
    return block;
}

void
host_free(void *block)
{
    free(block);
}

void
host_fail(const char *message)
{
    fprintf(stderr, "%s\n", message);
    abort();
}

void
host_check_interrupts()
{
}

}  // namespace vhnsw
