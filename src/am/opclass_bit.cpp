// The operator classes of type bit.
#include "am/opclass.hpp"

#include "pg/function.hpp"

namespace {

using namespace vhnsw;

// Bits of an index.
constexpr int kMaxBits = 64000;

quant::VectorView
view(Datum value)
{
    VarBit *bits = DatumGetVarBitP(value);
    quant::VectorView view;
    view.dims = static_cast<uint32_t>(VARBITLEN(bits));
    view.bits = {VARBITS(bits), static_cast<size_t>(VARBITBYTES(bits))};
    return view;
}

constexpr am::OpclassInfo
bit_opclass(quant::Metric metric)
{
    return {metric, quant::Elements::kBits, "bit", kMaxBits, 0, view};
}

constexpr am::OpclassInfo kHamming = bit_opclass(quant::Metric::kHamming);
constexpr am::OpclassInfo kJaccard = bit_opclass(quant::Metric::kJaccard);

}  // namespace

// hnsw_bit_hamming_support(internal)
VHNSW_FUNCTION(vhnsw_bit_hamming_support)
{
    PG_RETURN_POINTER(&kHamming);
}

// hnsw_bit_jaccard_support(internal)
VHNSW_FUNCTION(vhnsw_bit_jaccard_support)
{
    PG_RETURN_POINTER(&kJaccard);
}
