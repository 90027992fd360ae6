// The code of a vector under L1: 8 bits a dimension, not rotated, for a rotation keeps no sum of magnitudes.
// x^ = scale * code; the error is a sum of magnitudes as well: sum |x - x^| <= error.
#pragma once

#include <span>

#include "quant/code.hpp"

namespace vhnsw::quant {

// code[x.size()] and the scalars; norm is the sum of |x^|. What code.hpp says of vectors that cannot be encoded holds
// here too.
CodeScalars encode_plain(std::span<const float> x, int8_t *code);

double sum_of_magnitudes(std::span<const float> x);

// A value the SQL operator's result is never below. `measured` is kernel::l1_i8 of query and code, `query_sum` the
// query's sum of magnitudes.
double plain_bound(const CodeScalars &x, double query_sum, double measured, uint32_t dims);

}  // namespace vhnsw::quant
