// Bloom filter of 32-bit hashes over bytes that somebody else owns (Bloom, "Space/time trade-offs in hash coding with
// allowable errors", 1970). The meaning of the bits is on disk: it must not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vhnsw {

// Calls action(i) for each of the bits of a hash, `per_hash` <= 4 of them, in a filter of `bits` <= 65536 bits.
template <typename Action>
constexpr void
for_bloom_bits(uint32_t hash, uint32_t bits, unsigned per_hash, const Action &action)
{
    uint64_t spread = (hash + 0x9E3779B97F4A7C15ull) * 0xBF58476D1CE4E5B9ull;
    spread ^= spread >> 32;
    spread *= 0x94D049BB133111EBull;
    for (unsigned i = 0; i < per_hash; i++) action(static_cast<uint32_t>((spread >> (16 * i) & 0xFFFF) * bits >> 16));
}

inline void
add_to_bloom(std::span<uint8_t> filter, uint32_t hash, unsigned per_hash)
{
    for_bloom_bits(hash, static_cast<uint32_t>(filter.size()) * 8, per_hash,
                   [&](uint32_t i) { filter[i / 8] = static_cast<uint8_t>(filter[i / 8] | 1u << i % 8); });
}

// True for every hash that was added, and for some that were not.
inline bool
bloom_may_contain(std::span<const uint8_t> filter, uint32_t hash, unsigned per_hash)
{
    bool found = true;
    for_bloom_bits(hash, static_cast<uint32_t>(filter.size()) * 8, per_hash,
                   [&](uint32_t i) { found = found && (filter[i / 8] >> i % 8 & 1) != 0; });
    return found;
}

}  // namespace vhnsw
