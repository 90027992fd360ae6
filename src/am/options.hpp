// Storage parameters of an index: WITH (m = ..., ef_construction = ..., link_bits = ...)
#pragma once

#include "am/opclass.hpp"
#include "quant/fused.hpp"

namespace vhnsw::am {

inline constexpr int kMinM = 2;
inline constexpr int kMaxM = 100;

// Registers the parameters. Once, at load.
void define_options();

// What WITH says, or the defaults. m and link_bits take effect when the index is built, which fixes them in its
// metapage.
uint32_t option_m(Relation index);
uint32_t option_ef_construction(Relation index);
uint32_t option_link_bits(Relation index);  // 0: links without sketches; quant::kAutoLinkBits

// What the nodes of an index with these parameters, on this column, are to be like. REQUIRES: the column has
// dimensions.
quant::ShapeWish shape_wish(Relation index, const OpclassInfo &opclass);

// Raises an error when the parameters do not go together, or not with the operator class.
void check_options(Relation index, const OpclassInfo &opclass);

}  // namespace vhnsw::am
