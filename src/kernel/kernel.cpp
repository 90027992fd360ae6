#include "kernel/kernel.hpp"

namespace vhnsw::kernel {

namespace {

// Longest list: every table of one architecture, then null.
constinit const Kernels *available[4] = {};

}  // namespace

constinit const Kernels *active = &scalar_kernels;

const Kernels *const *
available_kernels()
{
    const Kernels **next = available;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") &&
        __builtin_cpu_supports("avx512vpopcntdq"))
        *next++ = &avx512_kernels;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"))
        *next++ = &avx2_kernels;
#endif
    *next++ = &scalar_kernels;
    *next = nullptr;
    return available;
}

void
select_kernels()
{
    active = available_kernels()[0];
}

}  // namespace vhnsw::kernel
