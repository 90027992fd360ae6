// The operator classes of type vector.
#include "am/opclass.hpp"

#include "pg/function.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw;

int
dims_of_typmod(int32 typmod)
{
    return typmod;
}

std::span<const float>
elements(Datum value)
{
    const auto *vector = reinterpret_cast<const type::Vector *>(DatumGetPointer(value));
    return {vector->x, static_cast<size_t>(vector->dim)};
}

constexpr am::OpclassInfo
vector_opclass(quant::Metric metric)
{
    return {metric, type::kVector.name, type::kVector.max_dims, dims_of_typmod, elements};
}

constexpr am::OpclassInfo kL2 = vector_opclass(quant::Metric::kL2);
constexpr am::OpclassInfo kInnerProduct = vector_opclass(quant::Metric::kInnerProduct);
constexpr am::OpclassInfo kCosine = vector_opclass(quant::Metric::kCosine);

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
