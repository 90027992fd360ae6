// The operator classes of type int8vec.
#include "am/opclass.hpp"

#include "pg/function.hpp"
#include "type/int8vec.hpp"

namespace {

using namespace vhnsw;

// The elements as floats, in the current context, times a scale.
quant::VectorView
scaled_view(const type::Int8Vector *vector, float scale)
{
    const size_t dims = static_cast<size_t>(vector->dim);
    auto *values = static_cast<float *>(palloc(dims * sizeof(float)));
    for (size_t i = 0; i < dims; i++) values[i] = scale * static_cast<float>(vector->x[i]);
    quant::VectorView view;
    view.dims = static_cast<uint32_t>(dims);
    view.values = {values, dims};
    return view;
}

const type::Int8Vector *
vector_of(Datum value)
{
    return reinterpret_cast<const type::Int8Vector *>(DatumGetPointer(value));
}

quant::VectorView
view(Datum value)
{
    return scaled_view(vector_of(value), vector_of(value)->scale);
}

// For cosine, to which the scale does not matter: times a large one, elements would be infinite.
quant::VectorView
unscaled_view(Datum value)
{
    return scaled_view(vector_of(value), 1);
}

constexpr am::OpclassInfo
int8vec_opclass(quant::Metric metric)
{
    return {metric,
            quant::Elements::kDense,
            type::kInt8vec.name,
            type::kInt8vec.max_dims,
            sizeof(int8_t),
            metric == quant::Metric::kCosine ? unscaled_view : view};
}

constexpr am::OpclassInfo kL2 = int8vec_opclass(quant::Metric::kL2);
constexpr am::OpclassInfo kInnerProduct = int8vec_opclass(quant::Metric::kInnerProduct);
constexpr am::OpclassInfo kCosine = int8vec_opclass(quant::Metric::kCosine);

}  // namespace

// hnsw_int8vec_l2_support(internal)
VHNSW_FUNCTION(vhnsw_int8vec_l2_support)
{
    PG_RETURN_POINTER(&kL2);
}

// hnsw_int8vec_ip_support(internal)
VHNSW_FUNCTION(vhnsw_int8vec_ip_support)
{
    PG_RETURN_POINTER(&kInnerProduct);
}

// hnsw_int8vec_cosine_support(internal)
VHNSW_FUNCTION(vhnsw_int8vec_cosine_support)
{
    PG_RETURN_POINTER(&kCosine);
}
