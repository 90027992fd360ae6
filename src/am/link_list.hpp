// The links in a node's tuple: the one place that writes them. Everything here works within one page, on sketches
// alone.
#pragma once

#include "am/index.hpp"

namespace vhnsw::am {

// A link as its owner is going to store it.
struct NewLink {
    uint64_t address;  // of the neighbour, without marks
    uint64_t row;      // of the neighbour
    bool shared;       // row and hint do not speak for the neighbour (Address::kShared)
    quant::PackedScalars scalars;
    const uint8_t *sketch;
    uint8_t hint[kMaxHintBytes];
};

// What a code says, as floats. `out` holds code.size().
void decode(std::span<const int8_t> code, float scale, float *out);

// Sketches a neighbour in the frame of the link's owner; both are given as rotated vectors or decoded codes. Fills
// scalars and `sketch` (shape.sketch.bytes(), the caller's, to which the result points); address, row, shared and hint
// are left to the caller. `scratch` holds as many floats as `owner`. REQUIRES: no page locked, for it takes a while.
NewLink compute_link(const IndexInfo &info, std::span<const float> owner, std::span<const float> neighbour,
                     float *scratch, uint8_t *sketch);

// The squared distance between the neighbours behind links i and j of a node, from the angle between their sketches.
float link_distance(const quant::NodeShape &shape, const quant::NodeBody &body, uint32_t i, uint32_t j);

// The link that leads to `address`, or kNoLink.
inline constexpr uint32_t kNoLink = UINT32_MAX;
uint32_t find_link(const quant::NodeShape &shape, DiskNode *node, uint64_t address);

// --- REQUIRES, from here on: `node` lies in a private page, or in an exclusively locked one that is part of an edit.
// Nothing below allocates or fails.

// Writes slot i, i <= link_count. A new node's links are written in this way, 0, 1, 2 ...
void write_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i, const NewLink &link, bool dominated);

// Link i learns what is now the first row of its target, which has others besides.
void refresh_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i, uint64_t row, const uint8_t *hint);

// Removes the link in slot i; the last one takes its place.
void remove_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i);

// Offers the node a link. A full node gives up the one that graph::admit() names, which may be the newcomer: false
// then, and when the node has the link already. A link to the same slot with another version leads nowhere any more
// and is replaced.
bool admit_link(const quant::NodeShape &shape, DiskNode *node, const NewLink &link);

}  // namespace vhnsw::am
