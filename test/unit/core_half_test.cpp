// Half precision: every half, and every float next to the middle between two halfs.
#include <bit>
#include <cmath>
#include <initializer_list>

#include "core/half.hpp"
#include "unit.hpp"

namespace {

using vhnsw::float_to_half;
using vhnsw::half_to_float;
using vhnsw::kHalfMax;

// By the definition of the format.
double
value_of(unsigned half)
{
    int exponent = static_cast<int>(half >> 10 & 0x1F);
    int fraction = static_cast<int>(half & 0x3FF);
    double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace

UNIT_TEST(core_half_decodes_every_half)
{
    for (unsigned half = 0; half <= 0xFFFF; ++half) {
        float got = half_to_float(static_cast<uint16_t>(half));
        bool negative = (half & 0x8000) != 0;
        if ((half & 0x7C00) == 0x7C00)
            EXPECT_WITH((half & 0x3FF) != 0 ? std::isnan(got) : std::isinf(got), "%x", half);
        else
            EXPECT_WITH(static_cast<double>(got) == value_of(half), "%x", half);
        EXPECT_WITH(std::signbit(got) == negative, "%x", half);
    }
}

UNIT_TEST(core_half_reads_back_what_it_wrote)
{
    for (unsigned half = 0; half <= 0xFFFF; ++half) {
        unsigned back = float_to_half(half_to_float(static_cast<uint16_t>(half)));
        bool nan = (half & 0x7C00) == 0x7C00 && (half & 0x3FF) != 0;
        EXPECT_WITH(nan ? back == (half | 0x200) : back == half, "%x: %x", half, back);
    }
}

// The last two halfs are the greatest finite one and infinity, which the format places at 65536.
UNIT_TEST(core_half_rounds_to_nearest_ties_to_even)
{
    for (unsigned half = 0; half < 0x7C00; ++half)
        for (float sign : {1.0f, -1.0f}) {
            unsigned bits = sign < 0 ? 0x8000 : 0;
            float low = static_cast<float>(value_of(half)), high = static_cast<float>(value_of(half + 1));
            float middle = (low + high) / 2;
            unsigned even = half % 2 == 0 ? half : half + 1;
            EXPECT_WITH(float_to_half(sign * middle) == (even | bits), "%x", half);
            EXPECT_WITH(float_to_half(sign * std::nextafter(middle, low)) == (half | bits), "%x", half);
            EXPECT_WITH(float_to_half(sign * std::nextafter(middle, high)) == ((half + 1) | bits), "%x", half);
        }
}

UNIT_TEST(core_half_extremes)
{
    EXPECT(half_to_float(0x7BFF) == kHalfMax);
    EXPECT(float_to_half(65519.996f) == 0x7BFF && float_to_half(65520) == 0x7C00);
    EXPECT(float_to_half(3.4e38f) == 0x7C00 && float_to_half(-HUGE_VALF) == 0xFC00);
    EXPECT(float_to_half(0x1p-25f) == 0 && float_to_half(-0x1p-25f) == 0x8000);
    EXPECT(float_to_half(0x1.000002p-25f) == 1 && float_to_half(0x1p-149f) == 0);
    EXPECT(std::isnan(half_to_float(float_to_half(NAN))));
    static_assert(half_to_float(float_to_half(-0.5f)) == -0.5f);
}
