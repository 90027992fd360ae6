// The operator classes of type sparsevec.
#include "am/opclass.hpp"

#include "pg/function.hpp"
#include "quant/sparse.hpp"
#include "type/sparsevec.hpp"

namespace {

using namespace vhnsw;

static_assert(type::kSparsevecMaxNnz == quant::kMaxSparseElements);

quant::VectorView
view(Datum value)
{
    const auto *vector = reinterpret_cast<const type::SparseVector *>(DatumGetPointer(value));
    const size_t count = static_cast<size_t>(vector->nnz);
    quant::VectorView view;
    view.dims = static_cast<uint32_t>(vector->dim);
    view.indices = {type::sparse_indices(vector), count};
    view.values = {type::sparse_values(vector), count};
    return view;
}

constexpr am::OpclassInfo
sparsevec_opclass(quant::Metric metric)
{
    return {metric, quant::Elements::kSparse, type::kSparsevec.name, type::kSparsevec.max_dims, 0, view};
}

constexpr am::OpclassInfo kL2 = sparsevec_opclass(quant::Metric::kL2);
constexpr am::OpclassInfo kInnerProduct = sparsevec_opclass(quant::Metric::kInnerProduct);
constexpr am::OpclassInfo kCosine = sparsevec_opclass(quant::Metric::kCosine);
constexpr am::OpclassInfo kL1 = sparsevec_opclass(quant::Metric::kL1);

}  // namespace

// hnsw_sparsevec_l2_support(internal)
VHNSW_FUNCTION(vhnsw_sparsevec_l2_support)
{
    PG_RETURN_POINTER(&kL2);
}

// hnsw_sparsevec_ip_support(internal)
VHNSW_FUNCTION(vhnsw_sparsevec_ip_support)
{
    PG_RETURN_POINTER(&kInnerProduct);
}

// hnsw_sparsevec_cosine_support(internal)
VHNSW_FUNCTION(vhnsw_sparsevec_cosine_support)
{
    PG_RETURN_POINTER(&kCosine);
}

// hnsw_sparsevec_l1_support(internal)
VHNSW_FUNCTION(vhnsw_sparsevec_l1_support)
{
    PG_RETURN_POINTER(&kL1);
}
