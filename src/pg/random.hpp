// Randomness from the server.
#pragma once

#include "pg/pg.hpp"

namespace vhnsw {

inline uint64_t
random_seed()
{
    uint64_t seed;
    if (!pg_strong_random(&seed, sizeof(seed))) elog(ERROR, "could not generate random bytes");
    return seed;
}

// Never 0.
inline uint32_t
random_stamp()
{
    return static_cast<uint32_t>(random_seed()) | 1u;
}

}  // namespace vhnsw
