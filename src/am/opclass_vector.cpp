// The operator classes of type vector.
#include "am/opclass.hpp"

#include "pg/function.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw;

quant::VectorView
view(Datum value)
{
    const auto *vector = reinterpret_cast<const type::Vector *>(DatumGetPointer(value));
    quant::VectorView view;
    view.dims = static_cast<uint32_t>(vector->dim);
    view.values = {vector->x, view.dims};
    return view;
}

constexpr am::OpclassInfo
vector_opclass(quant::Metric metric)
{
    return {metric, quant::Elements::kDense, type::kVector.name, type::kVector.max_dims, sizeof(float), view};
}

constexpr am::OpclassInfo kL2 = vector_opclass(quant::Metric::kL2);
constexpr am::OpclassInfo kInnerProduct = vector_opclass(quant::Metric::kInnerProduct);
constexpr am::OpclassInfo kCosine = vector_opclass(quant::Metric::kCosine);
constexpr am::OpclassInfo kL1 = vector_opclass(quant::Metric::kL1);

}  // namespace

// hnsw_vector_l2_support(internal)
VHNSW_FUNCTION(vhnsw_vector_l2_support)
{
    PG_RETURN_POINTER(&kL2);
}

// hnsw_vector_ip_support(internal)
VHNSW_FUNCTION(vhnsw_vector_ip_support)
{
    PG_RETURN_POINTER(&kInnerProduct);
}

// hnsw_vector_cosine_support(internal)
VHNSW_FUNCTION(vhnsw_vector_cosine_support)
{
    PG_RETURN_POINTER(&kCosine);
}

// hnsw_vector_l1_support(internal)
VHNSW_FUNCTION(vhnsw_vector_l1_support)
{
    PG_RETURN_POINTER(&kL1);
}
