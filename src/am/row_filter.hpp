// Which rows a search is after, as far as the index can tell: those of a set, those whose attributes meet the scan
// keys, or both.
#pragma once

#include "am/attributes.hpp"
#include "am/page.hpp"
#include "core/row_set.hpp"

namespace vhnsw::am {

struct RowFilter {
    const RowSet *rows;                 // null: all
    const AttributeFilter *attributes;  // null: whatever they are
    // What a link says of a neighbour that owns several rows is about its first one only. Where many rows pass, one
    // of the others may well: it counts as passing. Where few do, opening it first would be for nothing.
    bool trust_first_row;

    bool empty() const { return rows == nullptr && attributes == nullptr; }

    // Links know something of what is asked for. Otherwise all neighbours are alike.
    bool links_tell() const { return rows != nullptr || (attributes != nullptr && attributes->told_by_hints()); }

    // By what a link keeps of its neighbour. Takes nanoseconds, and calls nothing that could jump away: a page may be
    // locked. Never final: a node that does not seem to pass may, when it owns several rows.
    bool link_may_pass(uint64_t row, const uint8_t *hint, bool shared) const
    {
        if (!links_tell() || (shared && !trust_first_row)) return true;
        return (rows == nullptr || rows->contains(row)) && (attributes == nullptr || attributes->link_may_pass(hint));
    }

    // By what a node or row list keeps of a row. REQUIRES: no page locked.
    Verdict test(uint64_t row, const uint8_t *row_attributes) const
    {
        if (rows != nullptr && !rows->contains(row & ~Row::kKilled)) return Verdict::kFails;
        return attributes == nullptr ? Verdict::kPasses : attributes->test(row_attributes);
    }
};

}  // namespace vhnsw::am
