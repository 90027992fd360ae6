// Most text that is loaded into a vector column is short decimal numbers. They are converted here by one operation in
// double precision, several times faster than by strtof; whenever the result could differ from the correctly rounded
// one, or the number has any other form, strtof decides.
#include "type/float_text.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace vhnsw::type {

namespace {

// 10^0 to 10^22 are exact in double precision.
constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// With at most 19 digits and these exponents every result but 0 is a normal float.
constexpr int kMinExponent = -22;
constexpr int kMaxExponent = 18;

bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// The number digits * 10^exponent.
struct Decimal {
    const char *end;  // null when the number has another form, or too many digits
    uint64_t digits;
    ptrdiff_t exponent;
};

constexpr Decimal kOtherForm = {nullptr, 0, 0};

// Reads a decimal number without sign.
Decimal
read_decimal(const char *text)
{
    constexpr uint64_t kRoomForOneMore = 1'000'000'000'000'000'000;  // 10^18
    const char *p = text;
    const char *point = nullptr;
    uint64_t digits = 0;

    for (;; ++p) {
        if (is_digit(*p)) {
            if (digits >= kRoomForOneMore) return kOtherForm;
            digits = digits * 10 + static_cast<uint64_t>(*p - '0');
        } else if (*p == '.' && point == nullptr) {
            point = p;
        } else {
            break;
        }
    }
    const bool no_digits = p - text == (point != nullptr ? 1 : 0);
    const bool hexadecimal = *p == 'x' || *p == 'X';
    if (no_digits || hexadecimal) return kOtherForm;
    const ptrdiff_t fraction_digits = point != nullptr ? p - point - 1 : 0;
    if (*p != 'e' && *p != 'E') return {p, digits, -fraction_digits};

    ++p;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+') ++p;
    if (!is_digit(*p)) return kOtherForm;
    ptrdiff_t exponent = *p++ - '0';
    if (is_digit(*p)) exponent = exponent * 10 + (*p++ - '0');
    if (is_digit(*p)) return kOtherForm;
    return {p, digits, (negative ? -exponent : exponent) - fraction_digits};
}

FloatText
read_any_float(const char *text)
{
    char *end;
    errno = 0;
    const float value = strtof(text, &end);
    return {end, value, errno == ERANGE};
}

}  // namespace

FloatText
read_float(const char *text)
{
    const bool negative = *text == '-';
    const Decimal number = read_decimal(text + (*text == '-' || *text == '+'));
    if (number.end == nullptr || number.exponent < kMinExponent || number.exponent > kMaxExponent)
        return read_any_float(text);

    // Converting the digits and scaling them round once each: `value` is within 2 units in its last place of the true
    // number. Both round to the same float unless the middle between two floats lies within that distance.
    const double digits = static_cast<double>(number.digits);
    const double value =
        number.exponent < 0 ? digits / kPowersOfTen[-number.exponent] : digits * kPowersOfTen[number.exponent];
    constexpr uint64_t kRoundedBits = (uint64_t{1} << 29) - 1;  // double has 29 bits more than float
    constexpr uint64_t kMiddle = uint64_t{1} << 28;
    constexpr uint64_t kMargin = 4;
    const uint64_t rounded = std::bit_cast<uint64_t>(value) & kRoundedBits;
    if (rounded >= kMiddle - kMargin && rounded <= kMiddle + kMargin) return read_any_float(text);

    const float result = static_cast<float>(value);
    return {number.end, negative ? -result : result, false};
}

IntegerText
read_integer(const char *text)
{
    constexpr int64_t kHighest = std::numeric_limits<int32_t>::max();
    const char *p = text;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+') ++p;
    const char *digits = p;
    int64_t value = 0;

    // -kHighest stands for everything below it, so that 1 can be taken off.
    for (; *p >= '0' && *p <= '9'; ++p) value = std::min(value * 10 + (*p - '0'), kHighest);
    if (p == digits) return {text, 0};
    return {p, static_cast<int32_t>(negative ? -value : value)};
}

}  // namespace vhnsw::type
