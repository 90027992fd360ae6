// The four services a pure layer may ask of its host: the backend (pg/host.cpp) or the unit-test runner.
#pragma once

#include <cstddef>

namespace vhnsw {

// Returns `bytes` of uninitialised memory, aligned for any type, never null. Blocks above 1 GB are allowed.
// The backend allocates in the current memory context: freeing one by one is optional. May jump away on out of memory.
void *host_alloc(size_t bytes);

// Releases a block of host_alloc. Null is allowed.
void host_free(void *block);

// Reports a broken contract of a pure layer. Never returns.
[[noreturn]] void host_fail(const char *message);

// Gives the host a chance to cancel: may jump away. REQUIRES: no lock is held.
void host_check_interrupts();

}  // namespace vhnsw
