// Overflow pages: lists of further rows of a node (or of the metapage), and pieces of codes too long for their node.
//
// Row lists of one owner form a chain, newest first; each is twice as long as the one before, so that a node with two
// rows costs little and a node with 100 000 rows few pages. A list is only ever changed under its owner's exclusive
// page lock; it stays where it is, even when it holds no row any more, until its owner goes. Every item carries its
// owner's stamp (I5).
#pragma once

#include "am/index.hpp"
#include "am/page_edit.hpp"
#include "core/vec.hpp"

namespace vhnsw::am {

// A row with its attributes, NodeShape::attribute_bytes.
struct NewRow {
    uint64_t row;
    const uint8_t *attributes;
};

// Where the next item may fit: starts as the metapage's hint, moves on as pages fill up. The caller stores it back.
struct OverflowTarget {
    BlockNumber block;
    bool moved;
};

// Whose rows a list holds.
struct RowListOwner {
    const quant::NodeShape &shape;
    Packed48 *head;  // of the chain: its newest list
    uint32_t stamp;
};

// Where a row has gone.
struct ListPlace {
    Buffer buffer;
    uint32_t capacity;  // rows that the list has room for
};

// Appends a row to the owner's chain: to the newest list, or to an older one that VACUUM has emptied, or to a new list.
// The owner's page is exclusively locked and registered by the caller in `edit`, which has room for one more page; the
// head points into that registered page. Locks overflow pages after the owner's page, one at a time, and returns the
// one that is part of the edit (pinned, exclusively locked; the caller unlocks it after finishing).
ListPlace add_to_row_list(Relation index, PageEdit &edit, const RowListOwner &owner, const NewRow &row,
                          OverflowTarget &target);

// Store what belongs to a fresh node or to a build, each item in an edit of its own. The new list leads to the present
// head, which is left as it is.
uint64_t store_row_list(Relation index, const RowListOwner &owner, std::span<const NewRow> rows, bool building);
quant::CodeRef store_code(Relation index, std::span<const uint8_t> code, uint32_t stamp, bool building);

// What read_row_list() is to copy, as far as not null: rows and their attributes (appended), the page's LSN.
struct ListCopy {
    Vec<uint64_t> *rows = nullptr;
    Vec<uint8_t> *attributes = nullptr;
    XLogRecPtr *lsn = nullptr;
};

// Copies one list and returns the next one, or Address::kNone at the end of the chain or when the list has gone.
// REQUIRES: no page locked. Rows with Row::kKilled are included.
uint64_t read_row_list(Relation index, const quant::NodeShape &shape, uint64_t address, uint32_t stamp,
                       const ListCopy &copy);

// Reads a code that is kept apart, given what stands in the node in its place. False when a piece has gone. Allocates.
// REQUIRES: no page locked.
bool read_code(Relation index, const IndexInfo &info, const quant::CodeRef &ref, uint32_t stamp, Vec<uint8_t> &code);

// The code of a node, wherever it is: `body` is a copy, or lies in a share-locked page if codes are inline. Codes that
// are kept apart are read to `apart`; the result points into one of the two. False when the code has gone.
bool find_code(Relation index, const IndexInfo &info, const DiskNode &node, const quant::NodeBody &body,
               Vec<uint8_t> &apart, quant::Code *code);

// Removes what a dead node has left, if it is still there: an item; the pieces of a code, last ones first, so that
// after a crash the others can still be found. For VACUUM. REQUIRES: no page locked.
void remove_code(Relation index, const quant::NodeShape &shape, uint64_t first_piece, uint32_t stamp);
void remove_item(Relation index, const quant::NodeShape &shape, uint64_t address, uint32_t stamp);

// Notices when a walk along a chain of items goes in circles, as it may on damaged pages (Brent's algorithm).
class ChainWalk {
public:
    // Called with each address in turn; raises INDEX_CORRUPTED.
    void visit(Relation index, uint64_t address)
    {
        if (address == mark_) report_corruption(index, Address::block(address), "overflow items form a circle");
        if (++steps_ < limit_) return;
        mark_ = address;
        steps_ = 0;
        limit_ *= 2;
    }

private:
    uint64_t mark_ = Address::kNone;
    uint32_t steps_ = 0;
    uint32_t limit_ = 1;
};

// The largest number of rows one list can hold, and the bytes of a code one piece can hold.
inline uint32_t
max_list_rows(const quant::NodeShape &shape)
{
    return static_cast<uint32_t>(kMaxItemBytes - sizeof(DiskRowList)) / shape.row_bytes();
}
inline constexpr uint32_t kMaxPieceBytes = kMaxItemBytes - sizeof(DiskCodePiece);

}  // namespace vhnsw::am
