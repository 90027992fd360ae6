// A test is a function that registers itself:
//
//   UNIT_TEST(core_vec_keeps_elements) { ... EXPECT(vec.size() == 3); }
//
// A failed check is printed and the test goes on. The runner takes one argument, a part of the names to run.
#pragma once

#include <cstddef>

namespace vhnsw::unit {

struct Test {
    const char *name;
    void (*run)();
    Test *next;
};

// Tests are static objects: the list needs no memory of its own.
struct Registration {
    explicit Registration(Test *test);
};

__attribute__((format(printf, 5, 6))) void check(bool passed, const char *file, int line, const char *condition,
                                                 const char *format, ...);

// Name of the test that is running.
const char *current_test();

// --- the host (host.cpp) ---

// Blocks handed out and not yet freed, and blocks handed out since the program began.
size_t live_blocks();
size_t allocations();

// Frees what a test has left, as a memory context does. The runner calls it after each test.
void free_all_blocks();

// Runs `action`, whose `nth` host_alloc from now on (the first is 1) jumps out of it, as the backend does when memory
// runs out. Returns false when the action ended without allocating that often.
// REQUIRES: nothing on the stack of the action has a destructor.
bool jumps_at_allocation(size_t nth, void (*action)(void *), void *argument);

template <typename Action>
bool
jumps_at_allocation(size_t nth, Action &action)
{
    return jumps_at_allocation(
        nth, [](void *it) { (*static_cast<Action *>(it))(); }, &action);
}

}  // namespace vhnsw::unit

#define UNIT_TEST(name)                                                       \
    static void name();                                                       \
    static vhnsw::unit::Test name##_test{#name, name, nullptr};               \
    static const vhnsw::unit::Registration name##_registration(&name##_test); \
    static void name()

#define EXPECT(...) vhnsw::unit::check(static_cast<bool>(__VA_ARGS__), __FILE__, __LINE__, #__VA_ARGS__, "%s", "")

// The same with the circumstances (a seed, a length) printed when it fails, as by printf.
#define EXPECT_WITH(condition, ...) \
    vhnsw::unit::check(static_cast<bool>(condition), __FILE__, __LINE__, #condition, __VA_ARGS__)
