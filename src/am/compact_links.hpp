// Links without sketches. Who changes a list of them judges it by the codes of the nodes it leads to, which takes a
// page each, and so on a copy, before the list is locked.
#pragma once

#include <span>

#include "am/code_pool.hpp"

namespace vhnsw::am {

// Header and code of the node at an address; reusable. Allocates in the current context.
struct NodeCode {
    DiskNode node;
    Vec<uint8_t> bytes;

    // False when the node has gone. REQUIRES: no page locked.
    bool read(Relation index, const IndexInfo &info, uint64_t address);
    quant::Code code() const { return {bytes.data(), static_cast<uint32_t>(bytes.size()), node.scalars}; }
};

// A node that is offered a link, or that a link is offered to.
struct CodedNode {
    uint64_t address;
    quant::Code code;
};

// The changes to one list.
struct Revision {
    CodedNode owner;
    std::span<const uint64_t> lost;      // links to be removed
    std::span<const CodedNode> offered;  // links to be admitted (graph::admit), in this order
};

// Makes the changes in one edit. A list that others keep changing meanwhile is left alone in the end: links lost that
// remain lead nowhere. REQUIRES: no page locked.
void revise_links(Relation index, const IndexInfo &info, const Revision &revision, bool building);

}  // namespace vhnsw::am
