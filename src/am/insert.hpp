#pragma once

#include "am/overflow.hpp"
#include "am/vector_input.hpp"

namespace vhnsw::am {

// Inserts one row through the pages. Allocates in the current context. `building`: nothing is logged.
void insert_row(Relation index, const IndexInfo &info, const VectorInput &input, const NewRow &row, bool building);

}  // namespace vhnsw::am
