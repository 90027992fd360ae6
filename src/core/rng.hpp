// Seeded generator: SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
#pragma once

#include <cstdint>

namespace vhnsw {

class Rng {
public:
    explicit constexpr Rng(uint64_t seed) : state_(seed) {}

    constexpr uint64_t next()
    {
        uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    }

    // Uniform in (0, 1]: its logarithm is finite.
    constexpr double uniform() { return (static_cast<double>(next() >> 11) + 1.0) * 0x1p-53; }

private:
    uint64_t state_;
};

}  // namespace vhnsw
