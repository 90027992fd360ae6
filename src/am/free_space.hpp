// What the free space map says of an index: on which node pages there is a free slot, and how much room overflow
// pages have. Entries are hints, lost in a crash and seldom up to date. VACUUM makes them; whoever follows one looks
// at the page, and takes back what has turned out wrong.
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::am {

// The map knows one size a page. A node page with a free slot is entered as empty, an overflow page with half its
// room: less than half a page, so that nobody in search of a slot is sent there.
void record_free_slot(Relation index, BlockNumber block);
void record_overflow_room(Relation index, BlockNumber block, Size bytes);
void record_nothing_free(Relation index, BlockNumber block);

// InvalidBlockNumber when the map knows of none.
BlockNumber find_free_slot(Relation index);

// May name a node page with a free slot: then the next call may do better.
BlockNumber find_overflow_room(Relation index, Size bytes);

}  // namespace vhnsw::am
