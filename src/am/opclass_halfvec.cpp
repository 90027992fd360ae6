// The operator classes of type halfvec.
#include "am/opclass.hpp"

#include "kernel/kernel.hpp"
#include "pg/function.hpp"
#include "type/halfvec.hpp"

namespace {

using namespace vhnsw;

// The elements as floats, in the current context.
quant::VectorView
view(Datum value)
{
    const auto *vector = reinterpret_cast<const type::HalfVector *>(DatumGetPointer(value));
    const size_t dims = static_cast<size_t>(vector->dim);
    auto *values = static_cast<float *>(palloc(dims * sizeof(float)));
    kernel::active->decode_half(vector->x, dims, values);
    quant::VectorView view;
    view.dims = static_cast<uint32_t>(dims);
    view.values = {values, dims};
    return view;
}

constexpr am::OpclassInfo
halfvec_opclass(quant::Metric metric)
{
    return {metric, quant::Elements::kDense, type::kHalfvec.name, type::kHalfvec.max_dims, sizeof(uint16_t), view};
}

constexpr am::OpclassInfo kL2 = halfvec_opclass(quant::Metric::kL2);
constexpr am::OpclassInfo kInnerProduct = halfvec_opclass(quant::Metric::kInnerProduct);
constexpr am::OpclassInfo kCosine = halfvec_opclass(quant::Metric::kCosine);
constexpr am::OpclassInfo kL1 = halfvec_opclass(quant::Metric::kL1);

}  // namespace

// hnsw_halfvec_l2_support(internal)
VHNSW_FUNCTION(vhnsw_halfvec_l2_support)
{
    PG_RETURN_POINTER(&kL2);
}

// hnsw_halfvec_ip_support(internal)
VHNSW_FUNCTION(vhnsw_halfvec_ip_support)
{
    PG_RETURN_POINTER(&kInnerProduct);
}

// hnsw_halfvec_cosine_support(internal)
VHNSW_FUNCTION(vhnsw_halfvec_cosine_support)
{
    PG_RETURN_POINTER(&kCosine);
}

// hnsw_halfvec_l1_support(internal)
VHNSW_FUNCTION(vhnsw_halfvec_l1_support)
{
    PG_RETURN_POINTER(&kL1);
}
