// The fused node: everything one hop of a search needs, in one run of bytes.
//
//     attributes | code (or, when it is kept apart, a CodeRef) | links, `capacity` slots of link_bytes
//     link: Address of the neighbour | row of the neighbour | PackedScalars | hint | sketch
//     link without a sketch: Address of the neighbour
//
// The structs are what is on disk: packed little pieces without alignment, host byte order. Addresses, rows, attributes
// and hints (of a neighbour's attributes) are opaque here; the access method gives them their meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "quant/space.hpp"

namespace vhnsw::quant {

// 48 bits in three pieces, as Postgres packs an item pointer: no alignment above 2.
struct Packed48 {
    uint16_t piece[3];

    static Packed48 from(uint64_t v)
    {
        return {{static_cast<uint16_t>(v >> 32), static_cast<uint16_t>(v >> 16), static_cast<uint16_t>(v)}};
    }
    uint64_t value() const
    {
        return static_cast<uint64_t>(piece[0]) << 32 | static_cast<uint64_t>(piece[1]) << 16 | piece[2];
    }
};
static_assert(sizeof(Packed48) == 6 && alignof(Packed48) == 2);

struct LinkHead {
    Packed48 address;
    Packed48 row;
    PackedScalars scalars;
};
static_assert(sizeof(LinkHead) == 18);

inline constexpr uint32_t kMaxLinks = 128;
inline constexpr uint32_t kMaxNodesPerPage = 255;

// Stands in a node for a code that is kept apart.
struct CodeRef {
    Packed48 first;  // piece of it
    Packed48 bytes;  // in all
};
static_assert(sizeof(CodeRef) == 12);

// How nodes of one index are laid out. Follows from ShapeWish and the attributes alone; see choose_shape().
struct NodeShape {
    CodeKind kind;
    uint32_t dims;       // of the indexed column
    uint32_t padded;     // of the rotated vector, the bits, or the frame of sparse vectors
    SketchShape sketch;  // planes = 0: links have none
    uint32_t capacity;   // links of a node, on every layer
    bool code_inline;    // false: the code does not fit beside the links, or varies in length, and is kept elsewhere
    uint32_t attribute_bytes = 0;  // of a row; even
    uint32_t hint_bytes = 0;       // of a link; even
    bool refined = false;          // the code is; only where it is inline

    constexpr bool has_sketches() const { return sketch.planes > 0; }
    constexpr uint32_t link_bytes() const
    {
        if (!has_sketches()) return static_cast<uint32_t>(sizeof(Packed48));
        return static_cast<uint32_t>(sizeof(LinkHead)) + hint_bytes + sketch.bytes();
    }
    constexpr uint32_t code_bytes() const
    {
        return code_inline ? quant::code_bytes(kind, padded, refined) : sizeof(CodeRef);
    }
    constexpr uint32_t body_bytes() const { return attribute_bytes + code_bytes() + capacity * link_bytes(); }
    // Of a further row, in a list of them.
    constexpr uint32_t row_bytes() const { return static_cast<uint32_t>(sizeof(Packed48)) + attribute_bytes; }
};

// What choose_shape() has to work with.
struct PageRoom {
    uint32_t page_bytes;     // for nodes and their line pointers
    uint32_t pointer_bytes;  // line pointer of each node
    uint32_t header_bytes;   // of each node, before its body
    uint32_t alignment;      // of a node's size, header included
};

// What an index with attributes stores of them. Both are even.
struct AttributeRoom {
    uint32_t row_bytes = 0;
    uint32_t hint_bytes = 0;
};

// link_bits: chosen by kind and dimensions.
inline constexpr uint32_t kAutoLinkBits = UINT32_MAX;

// Whether codes are to be refined.
enum class Refine : uint8_t {
    kNever,
    kIfCheap,  // where a page keeps its nodes, nodes enough links, and sketches two thirds of their length
    kAlways,   // where the code is beside the links
};

struct ShapeWish {
    CodeKind kind;
    uint32_t dims;
    uint32_t m;
    uint32_t link_bits;  // 0: no sketches; 1, 2, 4 (kBits: 1); kPlain has none in any case
    Refine refine = Refine::kNever;
};

// Fills the page. With sketches: the most nodes a page can hold with 1.5 m links each (8 at least), then as many links
// as the space of a node allows, at most twice that. Where a page cannot hold one node with 24 of the links wanted, the
// sketches cover fewer dimensions; where that would make them imprecise, the code is kept apart. Bits cannot be cut
// short: where they do not fit, links have no sketches. Attributes take the place of up to an eighth of the links
// before a page holds fewer nodes, and of more where it would not hold one node otherwise; capacity is 0 when it does
// not even with 8 links. Without sketches: the most nodes with 2 m links each, the code apart where it leaves no room
// for 24 of them.
NodeShape choose_shape(const ShapeWish &wish, const PageRoom &room, const AttributeRoom &attributes = {});

// The most bytes that the attributes of a row may have for choose_shape() to find a shape, given their hint.
uint32_t most_attribute_bytes(const ShapeWish &wish, const PageRoom &room, uint32_t hint_bytes);

// Reads and writes the body of a node; knows nothing of where it lies. Heads, hints and sketches are for links that
// have sketches.
class NodeBody {
public:
    NodeBody(const NodeShape &shape, uint8_t *bytes) : shape_(&shape), bytes_(bytes) {}

    uint8_t *bytes() const { return bytes_; }
    uint8_t *attributes() const { return bytes_; }
    uint8_t *code() const { return bytes_ + shape_->attribute_bytes; }
    CodeRef code_ref() const
    {
        CodeRef ref;
        memcpy(&ref, code(), sizeof(ref));
        return ref;
    }
    uint8_t *link(uint32_t i) const
    {
        return bytes_ + shape_->attribute_bytes + shape_->code_bytes() + i * shape_->link_bytes();
    }
    uint8_t *hint(uint32_t i) const { return link(i) + sizeof(LinkHead); }
    uint8_t *sketch(uint32_t i) const { return hint(i) + shape_->hint_bytes; }
    PackedScalars scalars(uint32_t i) const
    {
        PackedScalars s;
        memcpy(&s, link(i) + offsetof(LinkHead, scalars), sizeof(s));
        return s;
    }
    SketchView view(uint32_t i) const { return {scalars(i), sketch(i)}; }

    uint64_t address(uint32_t i) const
    {
        Packed48 a;
        memcpy(&a, link(i), sizeof(a));
        return a.value();
    }
    void set_address(uint32_t i, uint64_t address) const
    {
        Packed48 a = Packed48::from(address);
        memcpy(link(i), &a, sizeof(a));
    }

    LinkHead head(uint32_t i) const
    {
        LinkHead h;
        memcpy(&h, link(i), sizeof(h));
        return h;
    }
    void set_head(uint32_t i, const LinkHead &h) const { memcpy(link(i), &h, sizeof(h)); }

    LinkSketches sketches(uint32_t count) const { return {sketch(0), shape_->link_bytes(), count}; }

private:
    const NodeShape *shape_;
    uint8_t *bytes_;
};

}  // namespace vhnsw::quant
