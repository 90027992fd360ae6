// What is on disk: structs, their sizes, and accessors that check what they read. No I/O, no locks.
// README.md shows the layout and gives the invariants by number.
#pragma once

#include "pg/pg.hpp"

#include "quant/fused.hpp"

namespace vhnsw::am {

inline constexpr uint32_t kMagic = 0x57534E56;  // "VNSW"
// Bump with every change of a struct below, of NodeShape or of anything in quant/ that decides the meaning of stored
// bytes.
inline constexpr uint16_t kPageVersion = 3;
inline constexpr uint16_t kPageId = 0xFF91;  // last two bytes of every page, for pg_filedump

inline constexpr BlockNumber kMetaBlock = 0;

enum class PageKind : uint8_t { kMeta = 1, kNodes = 2, kOverflow = 3 };

struct DiskPageTail {
    PageKind kind;
    uint8_t unused[5];
    uint16_t page_id;
};
static_assert(sizeof(DiskPageTail) == 8);

// --- addresses -------------------------------------------------------------------------------------------------------

using quant::Packed48;

// Where a node's tuple for one layer lies: block, offset number, and the version its slot had when the address was
// taken. In a link the two highest bits of the low half carry marks of the link.
struct Address {
    static constexpr unsigned kVersionShift = 8;
    static constexpr uint64_t kVersions = 64;
    static constexpr uint64_t kDominated = 1u << 14;
    // The target has further rows, or has lost its first one: row and hint of the link do not speak for it.
    static constexpr uint64_t kShared = 1u << 15;
    static constexpr uint64_t kMarks = kDominated | kShared;

    static constexpr uint64_t kNone = 0;  // no node lies in the metapage

    static constexpr uint64_t make(BlockNumber block, OffsetNumber offset, uint8_t version)
    {
        return static_cast<uint64_t>(block) << 16 | static_cast<uint64_t>(version) << kVersionShift | offset;
    }
    static constexpr BlockNumber block(uint64_t a) { return static_cast<BlockNumber>(a >> 16); }
    static constexpr OffsetNumber offset(uint64_t a) { return static_cast<OffsetNumber>(a & 0xFF); }
    static constexpr uint8_t version(uint64_t a) { return (a >> kVersionShift) & (kVersions - 1); }
    static constexpr uint64_t plain(uint64_t a) { return a & ~kMarks; }
    // Without version: names the slot.
    static constexpr uint64_t slot(uint64_t a) { return static_cast<uint64_t>(block(a)) << 8 | offset(a); }
};

// A row is a heap TID in 48 bits. The highest bit of its offset number (offsets need 11) marks a row known to be dead.
struct Row {
    static constexpr uint64_t kKilled = 0x8000;
    static constexpr uint64_t kNone = 0;

    static uint64_t from(const ItemPointerData &tid)
    {
        return static_cast<uint64_t>(ItemPointerGetBlockNumber(&tid)) << 16 | ItemPointerGetOffsetNumber(&tid);
    }
    static ItemPointerData tid(uint64_t row)
    {
        ItemPointerData tid;
        ItemPointerSet(&tid, static_cast<BlockNumber>(row >> 16), static_cast<OffsetNumber>(row & 0x7FFF));
        return tid;
    }
};

// --- metapage --------------------------------------------------------------------------------------------------------

// Where the codes of nodes are, and what they are made of.
enum class DiskCode : uint8_t { kApart = 0, kInline = 1, kRefined = 2 };

struct DiskMeta {
    uint32_t magic;
    uint16_t page_version;
    quant::Metric metric;
    uint8_t entry_level_plus_1;  // 0: the graph is empty
    uint32_t dims;
    uint32_t sketch_dims;
    uint8_t planes;
    DiskCode code;
    uint16_t m;
    uint16_t capacity;
    Packed48 entry;
    uint16_t attribute_bytes;
    uint16_t hint_bytes;
    uint64_t seed;               // of the rotation
    uint32_t stamp;              // of the row lists below
    BlockNumber insert_block;    // hint: where the last new node went; InvalidBlockNumber: none
    BlockNumber overflow_block;  // hint: where the last overflow item went
    Packed48 null_rows;          // row list: rows whose vector is NULL
    Packed48 zero_rows;          // row list: rows without direction, in a cosine index
};
static_assert(sizeof(DiskMeta) == 64);

// --- nodes -----------------------------------------------------------------------------------------------------------

// A node page holds line pointers 1..n to tuples of one size: DiskNode and the body of quant/fused.hpp. Slots never
// move and are never removed; a free one has kNodeFree and keeps its version.
enum NodeFlags : uint8_t {
    kNodeFree = 1,
    kNodeDead = 2,  // no rows left; still part of the graph until VACUUM has led all links around it
};

struct DiskNode {
    uint8_t flags;
    uint8_t layer;
    uint8_t version;
    uint8_t unused;
    uint32_t stamp;  // random, repeated in the node's overflow items: what carries another stamp is not this node's
    quant::CodeScalars scalars;
    uint16_t link_count;
    Packed48 row;    // the first row; on layer 0 Row::kNone when it was deleted and others remain
    Packed48 more;   // layer 0: row list with further rows. Upper layers: the node's tuple on layer 0
    Packed48 below;  // upper layers: the node's tuple one layer below
};
static_assert(sizeof(DiskNode) == 40 && alignof(DiskNode) == 4);

// --- overflow --------------------------------------------------------------------------------------------------------

// An overflow page holds items of these two kinds, in any mixture; items may move within the page but keep their offset
// number until they are removed.
enum class ItemKind : uint8_t { kRowList = 1, kCodePiece = 2 };

struct DiskRowList {
    ItemKind kind;
    uint8_t unused;
    uint16_t count;
    uint16_t capacity;
    Packed48 next;  // older list of the same owner; block and offset number as in an Address, version 0
    uint32_t stamp;
    // Packed48 row and its attributes, `capacity` times; NodeShape::row_bytes() each
};
static_assert(sizeof(DiskRowList) == 16);

struct DiskCodePiece {
    ItemKind kind;
    uint8_t unused;
    uint16_t bytes;
    uint32_t stamp;
    Packed48 next;  // piece of the same code; Address::kNone: the last one
    uint16_t unused2;
    // uint8_t code[bytes]
};
static_assert(sizeof(DiskCodePiece) == 16);

// --- accessors -------------------------------------------------------------------------------------------------------

inline constexpr uint32_t kPageRoom = BLCKSZ - SizeOfPageHeaderData - MAXALIGN(sizeof(DiskPageTail));
inline constexpr uint32_t kMaxItemBytes = (kPageRoom - sizeof(ItemIdData)) & ~(MAXIMUM_ALIGNOF - 1);

inline constexpr quant::PageRoom kNodeRoom = {kPageRoom, sizeof(ItemIdData), sizeof(DiskNode), MAXIMUM_ALIGNOF};

inline DiskPageTail *
page_tail(Page page)
{
    return reinterpret_cast<DiskPageTail *>(PageGetSpecialPointer(page));
}

inline uint32_t
node_bytes(const quant::NodeShape &shape)
{
    return static_cast<uint32_t>(MAXALIGN(sizeof(DiskNode) + shape.body_bytes()));
}

inline quant::NodeBody
node_body(const quant::NodeShape &shape, DiskNode *node)
{
    return quant::NodeBody(shape, reinterpret_cast<uint8_t *>(node + 1));
}

// Entry i of a list: the row; its attributes follow.
inline Packed48 *
list_row(const quant::NodeShape &shape, DiskRowList *list, uint32_t i)
{
    return reinterpret_cast<Packed48 *>(reinterpret_cast<uint8_t *>(list + 1) + i * shape.row_bytes());
}

// `from` may be null where the index has no attributes.
inline void
copy_attributes(const quant::NodeShape &shape, void *to, const uint8_t *from)
{
    if (shape.attribute_bytes > 0) memcpy(to, from, shape.attribute_bytes);
}

// Whether a link to a node on layer 0 gets Address::kShared.
inline bool
is_shared(const DiskNode &node)
{
    return node.layer == 0 && (node.more.value() != Address::kNone || node.row.value() == Row::kNone);
}

inline uint8_t *
piece_code(DiskCodePiece *piece)
{
    return reinterpret_cast<uint8_t *>(piece + 1);
}

// Sets up an empty page. REQUIRES: exclusive lock, or a private page.
void init_page(Page page, PageKind kind);

// Adds an item to a page that has room for it.
OffsetNumber add_item(Page page, const void *item, Size bytes);

// Raises ERRCODE_INDEX_CORRUPTED with block number and a REINDEX hint. Never returns; may be called with pages locked.
[[noreturn]] void report_corruption(Relation index, BlockNumber block, const char *what);

// Checks that a page read from disk is ours. Raises ERRCODE_INDEX_CORRUPTED otherwise.
void check_page(Relation index, Buffer buffer);

// The node in a slot, free ones included; null where the page has no such slot or is no node page. Checks that the
// tuple has the size `shape` says and no more links than it can hold; otherwise ERRCODE_INDEX_CORRUPTED.
DiskNode *node_in_slot(Relation index, const quant::NodeShape &shape, Buffer buffer, Page page, OffsetNumber offset);

// The node an address names, or null when the slot is free or has been reused since.
DiskNode *node_at(Relation index, const quant::NodeShape &shape, Buffer buffer, Page page, uint64_t address);

// The overflow item of a kind with a stamp, or null when there is none any more. Checks its size.
DiskRowList *row_list_at(Relation index, const quant::NodeShape &shape, Buffer buffer, Page page, OffsetNumber offset,
                         uint32_t stamp);
DiskCodePiece *code_piece_at(Relation index, Buffer buffer, Page page, OffsetNumber offset, uint32_t stamp);

}  // namespace vhnsw::am
