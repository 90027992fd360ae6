// The text form of sparse vectors: what is read, and that no text makes the reader leave it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "fuzzed_text.hpp"
#include "guarded.hpp"
#include "type/sparse_text.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw::type;
using vhnsw::unit::FuzzedText;
using vhnsw::unit::Guarded;

struct Reading {
    SparseText text;
    std::vector<SparseElement> elements;
};

// Reads a copy of `text` that ends at unreadable memory, into exactly as much room as is promised to be enough.
Reading
read_text(const std::string &text)
{
    std::vector<char> bytes(text.begin(), text.end());
    bytes.push_back('\0');
    Guarded<char> guarded(bytes);
    size_t bound = sparse_elements_bound(guarded.data());
    Guarded<SparseElement> room{std::vector<SparseElement>(bound)};
    Reading reading = {read_sparse(guarded.data(), room.data()), room.values()};
    EXPECT_WITH(static_cast<size_t>(reading.text.count) <= bound, "%s", text.c_str());
    if (reading.text.state == SparseTextState::out_of_range) {
        const char *end = guarded.data() + text.size();
        EXPECT_WITH(reading.text.number >= guarded.data() && reading.text.number_end > reading.text.number &&
                        reading.text.number_end <= end,
                    "%s", text.c_str());
    }
    reading.elements.resize(static_cast<size_t>(reading.text.count));
    return reading;
}

void
expect_state(const char *text, SparseTextState want)
{
    SparseTextState got = read_text(text).text.state;
    EXPECT_WITH(got == want, "%s: %d", text, static_cast<int>(got));
}

// What the reader took for a vector, in digits enough for every float.
std::string
print(const Reading &reading)
{
    std::string text = "{";
    char element[64];
    for (const SparseElement &e : reading.elements) {
        snprintf(element, sizeof(element), "%s%lld:%.9g", text.size() > 1 ? "," : "", e.index + 1LL,
                 static_cast<double>(e.value));
        text += element;
    }
    return text + "}/" + std::to_string(reading.text.dim);
}

}  // namespace

UNIT_TEST(type_sparse_text_is_read_and_sorted)
{
    Reading reading = read_text(" { 3 : 1.5 ,\t+1:-2e0,\n4:0,2:0x1p-1 } / 7 ");
    EXPECT(reading.text.state == SparseTextState::read && reading.text.dim == 7);
    EXPECT(reading.elements.size() == 3);
    const SparseElement want[] = {{0, -2}, {1, 0.5}, {2, 1.5}};
    for (size_t i = 0; i < std::min<size_t>(reading.elements.size(), 3); ++i)
        EXPECT(reading.elements[i].index == want[i].index && reading.elements[i].value == want[i].value);
    EXPECT(read_text("{}/1").text.state == SparseTextState::read);
}

UNIT_TEST(type_sparse_text_keeps_numbers_in_range)
{
    EXPECT(read_text("{}/99999999999999999999999").text.dim == INT32_MAX);
    EXPECT(read_text("{}/-99999999999999999999999").text.dim == -INT32_MAX);
    EXPECT(read_text("{2147483648:1}/1").elements[0].index == INT32_MAX - 1);
    EXPECT(read_text("{-99999999999999999999999:1}/1").elements[0].index == INT32_MIN);
    EXPECT(read_text("{0:1}/1").elements[0].index == -1);
}

UNIT_TEST(type_sparse_text_says_what_is_wrong)
{
    for (const char *text : {"", " ", "1", "[1]", "}"}) expect_state(text, SparseTextState::no_brace);
    for (const char *text : {"{", "{ ", "{:", "{,", "{1", "{1:", "{1:1", "{1:1,", "{1:1,}/2", "{,1:1}/2", "{1 1:1}/2",
                             "{1:1 2:2}/2", "{1:a}/2", "{a:1}/2", "{1.5:1}/2", "{- 1:1}/2", "{}/", "{}/a", "{1:1}/ "})
        expect_state(text, SparseTextState::wrong);
    for (const char *text : {"{}", "{} ", "{1:1}", "{1:1}x/2", "{}1"}) expect_state(text, SparseTextState::cut_off);
    for (const char *text : {"{}/1x", "{}/1 1", "{1:1}/1.", "{}/1/1"}) expect_state(text, SparseTextState::junk);
    for (const char *text : {"{1:1e39}/1", "{1:-1e400}/1", "{1:1e-46}/1", "{1:-1e-46,x"})
        expect_state(text, SparseTextState::out_of_range);
    for (const char *text : {"{1:nan}/1", "{1:inf}/1", "{1:-Infinity,x"})
        expect_state(text, SparseTextState::not_finite);
    for (const char *text : {"{1:1e-45}/1", "{1:0e-999}/1", "{1:3.4028235e38}/1"})
        expect_state(text, SparseTextState::read);
}

UNIT_TEST(type_sparse_text_survives_anything)
{
    static const char *const right[] = {"{1:1.5,3:-2}/5", " { 3 : 1.5 ,\t+1:-2e0,\n4:0,2:0x1p-1 } / 7 ",
                                        "{}/1000000000", "{2147483648:1,-5:2,7:1e-45}/99999999999",
                                        "{9:1,8:2,9:3,7:4}/9"};
    static const char *const pieces[] = {"{",    "}",     "/",    ":",   ",",   " ",    "\t",
                                         "-",    "+",     ".",    "0",   "1",   "2",    "37",
                                         "1e5",  "1e-60", "1e60", "nan", "inf", "0x1p", "99999999999999999999",
                                         "1:1,", "5:0,",  "{1:2", "}/3", "x",   "\xff", "{1:2,3:4}/5"};
    FuzzedText texts(41, right, pieces);
    int accepted = 0;
    for (int round = 0; round < vhnsw::unit::kFuzzedTexts; ++round) {
        std::string text = texts.next();
        Reading reading = read_text(text);
        if (reading.text.state != SparseTextState::read) continue;
        ++accepted;
        for (const SparseElement &element : reading.elements)
            EXPECT_WITH(std::isfinite(element.value) && element.value != 0, "%s", text.c_str());
        EXPECT_WITH(std::is_sorted(reading.elements.begin(), reading.elements.end(),
                                   [](const auto &a, const auto &b) { return a.index < b.index; }),
                    "%s", text.c_str());
        Reading again = read_text(print(reading));
        bool same = again.text.state == SparseTextState::read && again.text.dim == reading.text.dim &&
                    again.elements.size() == reading.elements.size();
        // Elements at one position may change places: such a vector is refused later.
        auto rank = [](const auto &a, const auto &b) {
            return a.index != b.index ? a.index < b.index : a.value < b.value;
        };
        std::sort(reading.elements.begin(), reading.elements.end(), rank);
        std::sort(again.elements.begin(), again.elements.end(), rank);
        for (size_t i = 0; same && i < again.elements.size(); ++i)
            same = again.elements[i].index == reading.elements[i].index &&
                   again.elements[i].value == reading.elements[i].value;
        EXPECT_WITH(same, "%s: %s", text.c_str(), print(reading).c_str());
    }
    EXPECT_WITH(accepted > 200 && accepted < vhnsw::unit::kFuzzedTexts - 3000, "%d", accepted);
}

// Every beginning of a right text is a text.
UNIT_TEST(type_sparse_text_can_end_anywhere)
{
    const std::string text = " { 12 : 1.5e0 , 3 : -0x1.8p+1 , 9 : 1e-3 } / 1234 ";
    for (size_t length = 0; length <= text.size(); ++length) {
        bool whole = length >= text.find("1234") + 1;
        EXPECT_WITH((read_text(text.substr(0, length)).text.state == SparseTextState::read) == whole, "%zu", length);
    }
}
