// The text form of dense vectors: what is read, and that no text makes the reader leave it.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "core/half.hpp"
#include "fuzzed_text.hpp"
#include "guarded.hpp"
#include "type/list_text.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::type;
using vhnsw::unit::FuzzedText;
using vhnsw::unit::Guarded;

constexpr int kLimit = 16;

template <typename Element>
struct Reading {
    ListText text;
    std::vector<Element> elements;
};

// Reads a copy of `text` that ends at unreadable memory, into exactly as much room as is promised to be enough.
template <typename Element>
Reading<Element>
read_text(const std::string &text)
{
    std::vector<char> bytes(text.begin(), text.end());
    bytes.push_back('\0');
    Guarded<char> guarded(bytes);
    int bound = list_elements_bound(guarded.data(), kLimit);
    Guarded<Element> room{std::vector<Element>(static_cast<size_t>(bound))};
    Reading<Element> reading = {read_list(guarded.data(), kLimit, room.data()), room.values()};
    EXPECT_WITH(reading.text.count <= bound, "%s", text.c_str());
    if (reading.text.number != nullptr) {
        const char *end = guarded.data() + text.size();
        EXPECT_WITH(reading.text.number >= guarded.data() && reading.text.number_end >= reading.text.number &&
                        reading.text.number_end <= end,
                    "%s", text.c_str());
    }
    reading.elements.resize(static_cast<size_t>(reading.text.count));
    return reading;
}

template <typename Element>
void
expect_state(const char *text, ListTextState want)
{
    ListTextState got = read_text<Element>(text).text.state;
    EXPECT_WITH(got == want, "%s: %d", text, static_cast<int>(got));
}

double
number_of(float element)
{
    return element;
}

double
number_of(uint16_t element)
{
    return vhnsw::half_to_float(element);
}

double
number_of(int8_t element)
{
    return element;
}

// What the reader took for a vector, in digits enough for every float.
template <typename Element>
std::string
print(const Reading<Element> &reading)
{
    std::string text = "[";
    char number[32];
    for (Element element : reading.elements) {
        snprintf(number, sizeof(number), "%.9g,", number_of(element));
        text += number;
    }
    text.back() = ']';
    if (reading.text.scale == 1) return text;
    snprintf(number, sizeof(number), "*%.9g", static_cast<double>(reading.text.scale));
    return text + number;
}

template <typename Element>
void
fuzz(uint64_t seed)
{
    static const char *const right[] = {"[1,2.5,-3]",
                                        " [ 0.1 ,\t-0 , +7.0e2 ]\n",
                                        "[1e-46,-1e-46,3.4028235e38]",
                                        "[65519,-65504,6e-8]",
                                        "[-128,127,+5]*0.25",
                                        "[1,2,3] * 1.5e-3 ",
                                        "[123456789012345678901234567890,0x1.8p1]",
                                        "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]"};
    static const char *const pieces[] = {"[",       "]",   ",",         "*",    " ",
                                         "\t",      "-",   "+",         ".",    "0",
                                         "1",       "2",   "37",        "127",  "128",
                                         "65520",   "1e5", "1e-60",     "1e60", "nan",
                                         "NaN(1)",  "inf", "-Infinity", "0x1p", "99999999999999999999",
                                         "[1,2,3]", "1,",  "x",         "e",    "\xff"};
    FuzzedText texts(seed, right, pieces);
    int accepted = 0;
    for (int round = 0; round < vhnsw::unit::kFuzzedTexts; ++round) {
        std::string text = texts.next();
        Reading<Element> reading = read_text<Element>(text);
        if (reading.text.state != ListTextState::read) continue;
        ++accepted;
        EXPECT_WITH(!reading.elements.empty(), "%s", text.c_str());
        for (Element element : reading.elements) EXPECT_WITH(std::isfinite(number_of(element)), "%s", text.c_str());
        Reading<Element> again = read_text<Element>(print(reading));
        bool same =
            again.text.state == ListTextState::read && again.elements.size() == reading.elements.size() &&
            memcmp(&again.text.scale, &reading.text.scale, sizeof(float)) == 0 &&
            memcmp(again.elements.data(), reading.elements.data(), reading.elements.size() * sizeof(Element)) == 0;
        EXPECT_WITH(same || std::isnan(reading.text.scale), "%s: %s", text.c_str(), print(reading).c_str());
    }
    EXPECT_WITH(accepted > 200 && accepted < vhnsw::unit::kFuzzedTexts - 3000, "%d", accepted);
}

}  // namespace

UNIT_TEST(type_list_text_is_read)
{
    Reading<float> floats = read_text<float>(" [ 1.5 ,\t-2e0,\n0x1p-1,-0 ] ");
    EXPECT(floats.text.state == ListTextState::read && floats.elements == std::vector<float>({1.5, -2, 0.5, 0}));
    EXPECT(std::signbit(floats.elements[3]));
    Reading<uint16_t> halfs = read_text<uint16_t>("[1,65519,1e-8]");
    EXPECT(halfs.text.state == ListTextState::read && halfs.elements == std::vector<uint16_t>({0x3C00, 0x7BFF, 0}));
    Reading<int8_t> integers = read_text<int8_t>(" [ -128 ,+127,0 ] * 0.25 ");
    EXPECT(integers.text.state == ListTextState::read && integers.elements == std::vector<int8_t>({-128, 127, 0}));
    EXPECT(integers.text.scale == 0.25F && floats.text.scale == 1);
}

UNIT_TEST(type_list_text_says_what_is_wrong)
{
    for (const char *text : {"", " ", "1", "{1}", "]"}) expect_state<float>(text, ListTextState::no_bracket);
    for (const char *text : {"[]", "[ ] x"}) expect_state<float>(text, ListTextState::empty);
    for (const char *text : {"[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[a]", "[1.5.5]"})
        expect_state<float>(text, ListTextState::wrong);
    for (const char *text : {"[1]]", "[1] x", "[1]*2"}) expect_state<float>(text, ListTextState::junk);
    for (const char *text : {"[1e39,x", "[-1e400]"}) expect_state<float>(text, ListTextState::out_of_range);
    for (const char *text : {"[65520]", "[-1e39,x"}) expect_state<uint16_t>(text, ListTextState::out_of_range);
    for (const char *text : {"[nan]", "[inf,x", "[-Infinity]"}) {
        expect_state<float>(text, ListTextState::not_finite);
        expect_state<uint16_t>(text, ListTextState::not_finite);
        expect_state<int8_t>(text, ListTextState::wrong);
    }
    for (const char *text : {"[1.5]", "[1e2]", "[128x]", "[1]*", "[1]*x"})
        expect_state<int8_t>(text, ListTextState::wrong);
    for (const char *text : {"[128]", "[-129,x", "[99999999999999999999]", "[1]*1e39"})
        expect_state<int8_t>(text, ListTextState::out_of_range);
    expect_state<int8_t>("[1]*2 3", ListTextState::junk_after_scale);
    expect_state<int8_t>("[1]2", ListTextState::junk);
}

UNIT_TEST(type_list_text_has_a_limit)
{
    const std::string most = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1";
    EXPECT(read_text<float>(most + "]").text.count == kLimit);
    EXPECT(read_text<float>(most + ",x").text.state == ListTextState::too_long);
}

UNIT_TEST(type_list_text_survives_anything)
{
    fuzz<float>(42);
    fuzz<uint16_t>(43);
    fuzz<int8_t>(44);
}

// Every beginning of a right text is a text.
UNIT_TEST(type_list_text_can_end_anywhere)
{
    const std::string text = " [ 12 , -3 , +9 ] * 0x1.8p+1 ";
    for (size_t length = 0; length <= text.size(); ++length) {
        bool whole = length > text.find(']') && (length < text.find('*') + 1 || length > text.find("0x"));
        bool read = read_text<int8_t>(text.substr(0, length)).text.state == ListTextState::read;
        bool in_number = length == text.find("0x") + 2 || length == text.find('p') + 1 || length == text.find('p') + 2;
        EXPECT_WITH(read == (whole && !in_number), "%zu", length);
    }
}
