#include "quant/sparse.hpp"

#include <cmath>

#include "core/rng.hpp"
#include "quant/code.hpp"

namespace vhnsw::quant {

namespace {

// Part of the meaning of stored sketches, like the seed of the rotation.
constexpr uint64_t kFoldSeed = 0x5BA25EF01D;

}  // namespace

void
fold_sparse(const kernel::SparseView &x, bool to_unit, uint32_t dims, float *frame)
{
    memset(frame, 0, dims * sizeof(float));
    double norm = std::sqrt(kernel::sparse_squared_norm(x)), scale = 1;
    if (to_unit) scale = norm > 0 ? 1 / norm : 0;
    // Larger ones would not survive the rotation.
    if (!(norm * scale <= kMaxNorm)) return;
    for (uint32_t i = 0; i < x.count; i++) {
        uint64_t place = Rng(kFoldSeed + static_cast<uint32_t>(x.index(i))).next();
        float value = static_cast<float>(x.value(i) * scale);
        frame[(place >> 1) & (dims - 1)] += place & 1 ? value : -value;
    }
}

}  // namespace vhnsw::quant
