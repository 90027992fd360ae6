// VACUUM of one index: what its passes share. README.md says why they come in this order.
//
//   mark    every page: rows that the heap has given up are removed; a node without rows becomes kNodeDead, then so do
//           its tuples on upper layers. A dead entry point is replaced.
//   refresh every page: links to nodes that live on without the row the link speaks for learn of the new first row.
//   repair  every page: links to dead nodes give way to links past them.
//   free    pages with dead nodes: their slots and overflow items can be used again.
//
// A pass may be broken off anywhere: the next VACUUM finds the dead by their flag and goes on.
#pragma once

#include "am/index.hpp"
#include "core/bit_filter.hpp"

namespace vhnsw::am {

// A set of slots.
class SlotFilter {
public:
    void init(const quant::NodeShape &shape, BlockNumber blocks, uint64_t most_bytes);
    void add(uint64_t address) { filter_.add(number(address)); }
    bool may_contain(uint64_t address) { return filter_.may_contain(number(address)); }
    bool may_contain_any_of(BlockNumber block);

private:
    uint64_t number(uint64_t address) const
    {
        return static_cast<uint64_t>(Address::block(address)) * slots_per_page_ + Address::offset(address);
    }

    BitFilter filter_;
    uint64_t slots_per_page_ = 1;
};

struct Vacuum {
    Relation index;
    IndexInfo info;
    BufferAccessStrategy strategy;
    IndexBulkDeleteCallback callback;  // whether the heap has given up a row
    void *callback_state;
    IndexBulkDeleteResult *stats;
    SlotFilter dead;    // may hold a dead tuple, or none: free slots are in it so that stray links to them are found
    SlotFilter shared;  // may hold a node of several rows, or one that has lost its first
    bool any_dead;
    bool any_shared;
    // A living node of the highest layer, in case the entry point is dead. best_layer is -1 when no node lives.
    uint64_t best;
    int best_layer;
};

// What each filter may take.
uint64_t filter_bytes();

// Pins a page in the ring of buffers that VACUUM uses for its sequential passes, and share-locks it.
Buffer read_for_vacuum(const Vacuum &vacuum, BlockNumber block);

// The length of the index. Pages that were added before are either initialised or left over from a crash.
BlockNumber block_count(Relation index);

// Whether the heap has given up a row. Looks it up in memory.
inline bool
is_dead_row(const Vacuum &vacuum, uint64_t row)
{
    ItemPointerData tid = Row::tid(row);
    return vacuum.callback(&tid, vacuum.callback_state);
}

// True when an address leads to no living node (any more).
bool is_dead(Vacuum &vacuum, uint64_t address);

// The layer-0 address of the node that has the tuple at `address`.
uint64_t base_of(uint64_t address, const DiskNode &node);

// The passes. REQUIRES: no page locked.
void mark_dead(Vacuum &vacuum, bool report_progress);
void refresh_links(Vacuum &vacuum);
void repair_links(Vacuum &vacuum);
void free_dead(Vacuum &vacuum, uint64_t kept);  // all but the node with this layer-0 address

}  // namespace vhnsw::am
