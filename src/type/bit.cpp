// Distances of core's bit strings. The bits that fill up the last byte are zero in every one of them.
#include "pg/pg.hpp"

#include "kernel/kernel.hpp"
#include "pg/function.hpp"

namespace {

using vhnsw::kernel::BitCounts;

struct BitPair {
    const VarBit *a;
    const VarBit *b;
};

// Arguments 0 and 1, which must have equally many bits.
BitPair
bit_pair_args(FunctionCallInfo fcinfo)
{
    const BitPair pair = {PG_GETARG_VARBIT_P(0), PG_GETARG_VARBIT_P(1)};

    if (unlikely(VARBITLEN(pair.a) != VARBITLEN(pair.b)))
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                        errmsg("different bit lengths %u and %u", static_cast<unsigned>(VARBITLEN(pair.a)),
                               static_cast<unsigned>(VARBITLEN(pair.b)))));
    return pair;
}

size_t
bytes(const BitPair &pair)
{
    return static_cast<size_t>(VARBITBYTES(pair.a));
}

}  // namespace

VHNSW_FUNCTION(vhnsw_hamming_distance)
{
    const BitPair pair = bit_pair_args(fcinfo);
    const uint64 differing = vhnsw::kernel::active->bits_differing(VARBITS(pair.a), VARBITS(pair.b), bytes(pair));

    PG_RETURN_FLOAT8(static_cast<double>(differing));
}

// jaccard_distance(bit, bit): the share of the bits set in either that are not set in both.
VHNSW_FUNCTION(vhnsw_jaccard_distance)
{
    const BitPair pair = bit_pair_args(fcinfo);
    const BitCounts counts = vhnsw::kernel::active->bits_common(VARBITS(pair.a), VARBITS(pair.b), bytes(pair));
    if (counts.common == 0) PG_RETURN_FLOAT8(1);

    const double common = static_cast<double>(counts.common);
    const double in_either = static_cast<double>(counts.a + counts.b) - common;
    PG_RETURN_FLOAT8(1 - common / in_either);
}
