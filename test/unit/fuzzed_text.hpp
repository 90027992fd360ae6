// Texts that a reader does not expect: pieces of its grammar in any order, and right texts with a few changes.
#pragma once

#include <algorithm>
#include <span>
#include <string>

#include "core/rng.hpp"

namespace vhnsw::unit {

inline constexpr int kFuzzedTexts = 10'000;

class FuzzedText {
public:
    FuzzedText(uint64_t seed, std::span<const char *const> right, std::span<const char *const> pieces)
        : rng_(seed), right_(right), pieces_(pieces)
    {
    }

    std::string next()
    {
        std::string text;
        if (below(2) == 0) {
            for (size_t count = below(16); count > 0; --count) text += pieces_[below(pieces_.size())];
        } else {
            text = right_[below(right_.size())];
            for (size_t count = below(4) + 1; count > 0; --count) change(text);
        }
        return text;
    }

private:
    size_t below(size_t limit) { return static_cast<size_t>(rng_.next() % limit); }

    void change(std::string &text)
    {
        size_t at = below(text.size() + 1);
        size_t length = std::min(below(5), text.size() - at);
        switch (below(5)) {
            case 0: text.erase(at, length); break;
            case 1: text.erase(at); break;
            case 2: text.insert(at, text.substr(at, length)); break;
            case 3: text.insert(at, pieces_[below(pieces_.size())]); break;
            default: text.insert(at, 1, static_cast<char>(below(255) + 1)); break;
        }
    }

    Rng rng_;
    std::span<const char *const> right_;
    std::span<const char *const> pieces_;
};

}  // namespace vhnsw::unit
