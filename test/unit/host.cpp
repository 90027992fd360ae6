// The host services on malloc, with a test in the place of a memory context: what it has not freed is freed after it.
// Fresh memory is filled with a pattern, so that reading it before writing shows.
#include "core/host.hpp"

#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "unit.hpp"

namespace vhnsw {
namespace {

constexpr int kFreshByte = 0xCD;

// Precedes every block handed out, and links it to the others.
struct alignas(std::max_align_t) Block {
    Block *previous;
    Block *next;
};

constinit Block blocks = {&blocks, &blocks};
constinit size_t live = 0;
constinit size_t allocated = 0;
// The allocation that jumps, counted from the start of the program; 0: none.
constinit size_t jump_at = 0;
jmp_buf jump_target;

}  // namespace

void *
host_alloc(size_t bytes)
{
    ++allocated;
    if (allocated == jump_at) longjmp(jump_target, 1);
    Block *block = static_cast<Block *>(malloc(sizeof(Block) + bytes));
    if (block == nullptr) host_fail("out of memory");
    *block = {&blocks, blocks.next};
    blocks.next->previous = block;
    blocks.next = block;
    ++live;
    return memset(block + 1, kFreshByte, bytes);
}

void
host_free(void *memory)
{
    if (memory == nullptr) return;
    Block *block = static_cast<Block *>(memory) - 1;
    block->previous->next = block->next;
    block->next->previous = block->previous;
    --live;
    free(block);
}

void
host_fail(const char *message)
{
    fprintf(stderr, "%s: host_fail: %s\n", unit::current_test(), message);
    abort();
}

void
host_check_interrupts()
{
}

namespace unit {

size_t
live_blocks()
{
    return live;
}

size_t
allocations()
{
    return allocated;
}

void
free_all_blocks()
{
    while (blocks.next != &blocks) host_free(blocks.next + 1);
}

bool
jumps_at_allocation(size_t nth, void (*action)(void *), void *argument)
{
    if (setjmp(jump_target) != 0) {
        jump_at = 0;
        return true;
    }
    jump_at = allocated + nth;
    action(argument);
    jump_at = 0;
    return false;
}

}  // namespace unit
}  // namespace vhnsw
