#include "am/free_space.hpp"

namespace vhnsw::am {

namespace {

constexpr Size kSlot = BLCKSZ / 2;
// The map counts in steps of this many bytes: the highest size that is told from kSlot.
constexpr Size kMostRoom = kSlot - BLCKSZ / 256;

// An entry may outlive the page, when a crash has undone an extension of the index.
BlockNumber
existing(Relation index, BlockNumber block)
{
    return block != InvalidBlockNumber && block < RelationGetNumberOfBlocks(index) ? block : InvalidBlockNumber;
}

}  // namespace

void
record_free_slot(Relation index, BlockNumber block)
{
    RecordPageWithFreeSpace(index, block, BLCKSZ - 1);
}

void
record_overflow_room(Relation index, BlockNumber block, Size bytes)
{
    RecordPageWithFreeSpace(index, block, Min(bytes / 2, kMostRoom));
}

void
record_nothing_free(Relation index, BlockNumber block)
{
    RecordPageWithFreeSpace(index, block, 0);
}

BlockNumber
find_free_slot(Relation index)
{
    return existing(index, GetPageWithFreeSpace(index, kSlot));
}

BlockNumber
find_overflow_room(Relation index, Size bytes)
{
    return existing(index, GetPageWithFreeSpace(index, Min(bytes / 2, kMostRoom)));
}

}  // namespace vhnsw::am
