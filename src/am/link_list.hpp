// The links in a node's tuple: the one place that writes them. Everything here works within one page, on sketches
// alone.
#pragma once

#include "am/index.hpp"
#include "core/vec.hpp"

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

// Codes unfolded, and what unfolding and sketching need besides. Reusable. Allocates in the current context.
class Frames {
public:
    void init(const IndexInfo &info);

    // Until the next call for the same end of the link.
    void set_owner(const quant::Code &code) { unfold(code, owner_); }
    void set_neighbour(const quant::Code &code) { unfold(code, neighbour_); }

    // Sketches the neighbour as seen from the owner. Fills scalars and `sketch` (shape.sketch.bytes(), the caller's,
    // to which the result points); address, row, shared and hint are left to the caller. Without sketches there is
    // nothing to do. REQUIRES: no page locked, for it takes a while.
    NewLink sketch(uint8_t *sketch);
    // The same for the link back.
    NewLink sketch_back(uint8_t *sketch);

    // From the neighbour to the owner: for estimating keys to the owner by the neighbour's links.
    void set_way(quant::WaySketches &way);

private:
    NewLink sketch_of(const Vec<float> &from, const Vec<float> &to, uint8_t *sketch);
    void unfold(const quant::Code &code, Vec<float> &frame);

    const quant::Space *space_ = nullptr;
    Vec<float> owner_, neighbour_;
    Vec<float> fold_, scratch_;
};

// The link that leads to `address`, or kNoLink.
inline constexpr uint32_t kNoLink = UINT32_MAX;
uint32_t find_link(const quant::NodeShape &shape, DiskNode *node, uint64_t address);

// --- REQUIRES, from here on: `node` lies in a private page, or in an exclusively locked one that is part of an edit.
// Nothing below allocates or fails.

// Writes slot i, i <= link_count. A new node's links are written in this way, 0, 1, 2 ... Without sketches only the
// address is kept.
void write_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i, const NewLink &link, bool dominated);

// Link i learns what is now the first row of its target, which has others besides. REQUIRES: links have sketches.
void refresh_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i, uint64_t row, const uint8_t *hint);

// Removes the link in slot i; the last one takes its place.
void remove_link(const quant::NodeShape &shape, DiskNode *node, uint32_t i);

// Offers the node a link. A full node gives up the one that graph::admit() names, which may be the newcomer: false
// then, and when the node has the link already. A link to the same slot with another version leads nowhere any more
// and is replaced. REQUIRES: links have sketches; compact_links.hpp is for those that have not.
bool admit_link(const IndexInfo &info, DiskNode *node, const NewLink &link);

}  // namespace vhnsw::am
