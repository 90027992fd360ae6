// IEEE 754 half precision, as 16 bits, from and to float. Portable; the kernels use the processor's own conversion.
#pragma once

#include <bit>
#include <cstdint>

namespace vhnsw {

inline constexpr float kHalfMax = 65504;

// Exact. NaN keeps its sign and what fits of its payload.
constexpr float
half_to_float(uint16_t half)
{
    uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
    uint32_t exponent = (half >> 10) & 0x1Fu;
    uint32_t fraction = half & 0x3FFu;
    if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000u | fraction << 13);
    if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
    // A subnormal half is a multiple of 2^-24.
    float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
}

// To the nearest half, ties to even; from 65520 on infinity, below 2^-25 zero.
constexpr uint16_t
float_to_half(float value)
{
    uint32_t bits = std::bit_cast<uint32_t>(value);
    uint16_t sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
    uint32_t magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u) return static_cast<uint16_t>(sign | 0x7E00u | ((magnitude >> 13) & 0x3FFu));
    if (magnitude >= 0x477FF000u) return static_cast<uint16_t>(sign | 0x7C00u);
    // Below 2^-14 the result is subnormal: the addition has no room for what is to be rounded off.
    if (magnitude < 0x38800000u) {
        float shifted = std::bit_cast<float>(magnitude) + 0.5f;
        return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - std::bit_cast<uint32_t>(0.5f)));
    }
    uint32_t rounded = magnitude + 0xFFFu + ((magnitude >> 13) & 1u) - (112u << 23);
    return static_cast<uint16_t>(sign | rounded >> 13);
}

}  // namespace vhnsw
