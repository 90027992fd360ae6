// Codes of nodes that were read, kept side by side while a list of links is being decided on.
#pragma once

#include "am/index.hpp"
#include "core/vec.hpp"

namespace vhnsw::am {

class CodePool {
public:
    // A code in the pool, with its scalars.
    struct Place {
        size_t at;
        uint32_t size;
        quant::CodeScalars scalars;
    };

    // Allocates in the current context; codes of the pool that are in use move.
    Place add(const quant::Code &code)
    {
        const Place place = {bytes_.size(), code.size, code.scalars};
        bytes_.resize(place.at + code.size);
        if (code.size > 0) memcpy(bytes_.data() + place.at, code.bytes, code.size);
        return place;
    }

    // Valid until the next add().
    quant::Code code(const Place &place) const { return {bytes_.data() + place.at, place.size, place.scalars}; }

    void clear() { bytes_.clear(); }
    void release() { bytes_.release(); }

private:
    Vec<uint8_t> bytes_;
};

}  // namespace vhnsw::am
