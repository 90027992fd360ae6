#include "am/vector_input.hpp"

#include <cmath>

namespace vhnsw::am {

VectorInput
read_vector_input(bool is_null, Datum value, const OpclassInfo &opclass, const IndexInfo &info)
{
    if (is_null) return {VectorState::kNull, {}};
    std::span<const float> elements = opclass.elements(PointerGetDatum(PG_DETOAST_DATUM(value)));
    if (info.metric != quant::Metric::kCosine) return {VectorState::kVector, elements};

    double norm2 = 0;
    for (float e : elements) norm2 += static_cast<double>(e) * e;
    if (norm2 == 0) return {VectorState::kZero, elements};
    double inverse = 1 / std::sqrt(norm2);
    auto *unit = static_cast<float *>(palloc(elements.size_bytes()));
    for (size_t i = 0; i < elements.size(); i++) unit[i] = static_cast<float>(elements[i] * inverse);
    return {VectorState::kVector, {unit, elements.size()}};
}

void
check_dims(size_t dims, const IndexInfo &info)
{
    if (dims != info.shape.dims)
        ereport(ERROR,
                (errcode(ERRCODE_DATA_EXCEPTION), errmsg("expected %u dimensions, not %zu", info.shape.dims, dims)));
}

}  // namespace vhnsw::am
