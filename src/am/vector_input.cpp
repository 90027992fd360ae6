#include "am/vector_input.hpp"

#include <cmath>

namespace vhnsw::am {

VectorInput
read_vector_input(bool is_null, Datum value, const OpclassInfo &opclass)
{
    if (is_null) return {VectorState::kNull, {}};
    quant::VectorView vector = opclass.view(PointerGetDatum(PG_DETOAST_DATUM(value)));
    if (opclass.metric != quant::Metric::kCosine) return {VectorState::kVector, vector};

    double norm2 = 0;
    for (float v : vector.values) norm2 += static_cast<double>(v) * v;
    if (norm2 == 0) return {VectorState::kZero, vector};
    double inverse = 1 / std::sqrt(norm2);
    auto *unit = static_cast<float *>(palloc(vector.values.size_bytes()));
    for (size_t i = 0; i < vector.values.size(); i++) unit[i] = static_cast<float>(vector.values[i] * inverse);
    vector.values = {unit, vector.values.size()};
    return {VectorState::kVector, vector};
}

void
check_dims(const quant::VectorView &vector, const IndexInfo &info)
{
    if (vector.dims != info.shape.dims)
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                        errmsg("expected %u dimensions, not %u", info.shape.dims, vector.dims)));
}

}  // namespace vhnsw::am
