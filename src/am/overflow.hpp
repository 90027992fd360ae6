// Overflow pages: lists of further rows of a node (or of the metapage), and pieces of codes too long for their node.
//
// Row lists of one owner form a chain, newest first; each is twice as long as the one before, so that a node with two rows costs
// little and a node with 100 000 rows few pages. A list is only ever changed under its owner's exclusive page lock; it stays where
// it is until its owner goes. Every item carries its owner's stamp (I5).
#pragma once

#include "am/index.hpp"
#include "am/page_edit.hpp"
#include "core/vec.hpp"

namespace vhnsw::am {

// Where the next item may fit: starts as the metapage's hint, moves on as pages fill up. The caller stores it back.
struct OverflowTarget {
    BlockNumber block;
    bool moved;
};

// Appends a row to the list headed by `*head`. The owner's page is exclusively locked and registered by the caller in `edit`,
// which has room for two more pages; `head` points into that registered page. Locks overflow pages after the owner's page, one
// at a time, and returns the one that is part of the edit (pinned, exclusively locked; the caller unlocks it after finishing).
Buffer add_to_row_list(Relation index, PageEdit &edit, Packed48 *head, uint32_t stamp, uint64_t row, OverflowTarget &target);

// Stores items of a fresh node or of a build in one edit of its own; returns the address.
uint64_t store_row_list(Relation index, std::span<const uint64_t> rows, uint64_t next, uint32_t stamp, OverflowTarget &target,
                        bool building);
uint64_t store_code_piece(Relation index, std::span<const int8_t> code, uint32_t stamp, OverflowTarget &target, bool building);

// Copies the rows of one list into `rows` (appending) and returns the next list, or Address::kNone at the end of the chain or
// when the list has gone. REQUIRES: no page locked. Rows with Row::kKilled are included.
uint64_t read_row_list(Relation index, uint64_t address, uint32_t stamp, Vec<uint64_t> &rows);

// Copies `bytes` of a code piece out. False when it has gone. REQUIRES: no page locked.
bool read_code_piece(Relation index, uint64_t address, uint32_t stamp, std::span<int8_t> code);

// The largest number of rows one list can hold, and the bytes of a code one piece can hold.
inline constexpr uint32_t kMaxListRows = (kMaxItemBytes - sizeof(DiskRowList)) / sizeof(Packed48);
inline constexpr uint32_t kMaxPieceBytes = (kMaxItemBytes - sizeof(DiskCodePiece)) / 32 * 32;

}  // namespace vhnsw::am
