// What every part of the access method needs to know of an open index, and its metapage.
#pragma once

#include "am/attributes.hpp"
#include "am/page.hpp"
#include "am/opclass.hpp"

namespace vhnsw::am {

// Fixed for the life of the index; kept in the relation cache.
struct IndexInfo {
    uint16_t m;
    uint64_t seed;
    quant::NodeShape shape;
    quant::Space space;
    AttributeLayout attributes;
};

// The changing part of the metapage, as of one reading.
struct MetaState {
    uint64_t entry;   // Address::kNone when the graph is empty
    int entry_level;  // -1 when the graph is empty
    uint32_t stamp;
    uint64_t null_rows;
    uint64_t zero_rows;
    BlockNumber insert_block;
    BlockNumber overflow_block;
};

// The fixed part, checked. Raises FEATURE_NOT_SUPPORTED with a REINDEX hint for a page version or a foreign format it
// cannot read, INDEX_CORRUPTED for anything that makes no sense. Valid until the relation cache entry is rebuilt:
// copy it.
IndexInfo read_info(Relation index);

MetaState read_meta(Relation index);

// What the vectors of an index of this shape are. What it points to lives as long as the backend. REQUIRES: no page
// locked.
quant::Space space_of(quant::Metric metric, const quant::NodeShape &shape, uint64_t seed);

// Fills an empty metapage. `page` is exclusively locked or private.
void init_meta(Page page, const IndexInfo &info);

// Makes `entry` the entry point if `level` is above the present one.
void raise_entry(Relation index, uint64_t entry, int level, bool building);

// Remembers where there is room. InvalidBlockNumber leaves a hint as it is.
void set_hints(Relation index, BlockNumber insert_block, BlockNumber overflow_block, bool building);

// A new page at the end of the index, exclusively locked and pinned, not yet initialised.
Buffer extend_index(Relation index);

// Pages that opening one node of an index reads, on average: its own, those of its code where it is apart, and where
// links have no sketches those of the neighbours not seen before, with theirs.
double pages_of_opening(const quant::NodeShape &shape, uint32_t m);

// What the relation cache keeps of an index, in one piece: the fixed part of the metapage, and for each block the
// buffer it was last seen in. Looking there first saves the search of the buffer table, about a third of the price of
// a page (README).
struct IndexCache {
    IndexInfo info;
    BlockNumber blocks;  // length of recent
    BlockNumber extent;  // the file has had so many blocks; it never shrinks
    uint32_t reads;
    Buffer recent[FLEXIBLE_ARRAY_MEMBER];
};

// Makes the hints cover an index of `blocks` pages. Call at the start of a scan, an insertion or VACUUM.
void extend_hints(Relation index, BlockNumber blocks);

// Pins and locks a page as read_locked() does, through its hint if it has one.
Buffer read_recent(Relation index, BlockNumber block, int lock = BUFFER_LOCK_SHARE);

// Makes the hint of a page that was read in another way.
void note_recent(Relation index, BlockNumber block, Buffer buffer);

// Starts loading `bytes` of a page that will probably be opened next, if there is a hint of where it is. The page is
// not pinned and may be another one by now: nothing is read.
void prefetch_recent(Relation index, BlockNumber block, uint32_t from, uint32_t bytes);

// Raises INDEX_CORRUPTED when the index has no such block. For addresses that come from its pages.
void check_block(Relation index, BlockNumber block);

// Pins and locks (BUFFER_LOCK_SHARE or _EXCLUSIVE) a page after checking it.
Buffer read_locked(Relation index, BlockNumber block, int lock);

// For those who read all pages: the page, share-locked, or InvalidBuffer when it is all zeros. Such pages were added by
// somebody who has not come to initialise them yet, or never will after a crash.
Buffer read_if_initialised(Relation index, BlockNumber block);

}  // namespace vhnsw::am
