// Hashes of vectors, so that `=` can group and join by them: equal vectors have equal hashes.
#include "pg/pg.hpp"

#include <bit>

#include "pg/function.hpp"
#include "type/halfvec.hpp"
#include "type/int8vec.hpp"
#include "type/sparsevec.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

// Hashes `count` numbers in an order and a form that the vector's own do not matter for: number(i) gives equal bits for
// equal numbers. Its type is an unsigned integer.
template <typename NumberAt>
uint64
hash_numbers(int count, uint64 seed, const NumberAt &number)
{
    using Number = decltype(number(0));
    constexpr int kChunk = 256 / sizeof(Number);
    Number chunk[kChunk];
    uint64 hash = seed;

    for (int i = 0; i < count; i += kChunk) {
        const int length = Min(count - i, kChunk);
        for (int j = 0; j < length; ++j) chunk[j] = number(i + j);
        hash = hash_bytes_extended(reinterpret_cast<const unsigned char *>(chunk),
                                   length * static_cast<int>(sizeof(Number)), hash);
    }
    return hash;
}

// The bits of a number; those of 0 for -0.
uint32
bits_of(float number)
{
    return number == 0 ? 0 : std::bit_cast<uint32>(number);
}

uint64
hash_of(const Vector *vector, uint64 seed)
{
    return hash_numbers(vector->dim, seed, [vector](int i) { return bits_of(vector->x[i]); });
}

uint64
hash_of(const HalfVector *vector, uint64 seed)
{
    constexpr uint16 kMinusZero = 0x8000;

    return hash_numbers(vector->dim, seed,
                        [vector](int i) { return vector->x[i] == kMinusZero ? uint16{0} : vector->x[i]; });
}

// Of the numbers stood for, which may be equal for different scales.
uint64
hash_of(const Int8Vector *vector, uint64 seed)
{
    return hash_numbers(vector->dim, seed,
                        [vector](int i) { return std::bit_cast<uint64>(int8vec_element(vector, i)); });
}

// Zeros are not stored, so equal vectors are stored alike: dimensions, positions, values.
uint64
hash_of(const SparseVector *vector, uint64 seed)
{
    const int nnz = vector->nnz;
    const int32 *indices = sparse_indices(vector);
    const float *values = sparse_values(vector);

    return hash_numbers(1 + 2 * nnz, seed, [=](int i) {
        if (i == 0) return static_cast<uint32>(vector->dim);
        return i <= nnz ? static_cast<uint32>(indices[i - 1]) : bits_of(values[i - 1 - nnz]);
    });
}

// Frees the detoasted copy: building an index calls this many times in one memory context.
template <auto datum_get>
uint64
hash_arg(FunctionCallInfo fcinfo, uint64 seed)
{
    auto *vector = datum_get(PG_GETARG_DATUM(0));
    const uint64 hash = hash_of(vector, seed);

    PG_FREE_IF_COPY(vector, 0);
    return hash;
}

// With seed 0 the lower half of the extended hash has to be the hash.
template <auto datum_get>
Datum
hash(FunctionCallInfo fcinfo)
{
    return UInt32GetDatum(static_cast<uint32>(hash_arg<datum_get>(fcinfo, 0)));
}

template <auto datum_get>
Datum
hash_extended(FunctionCallInfo fcinfo)
{
    return UInt64GetDatum(hash_arg<datum_get>(fcinfo, static_cast<uint64>(PG_GETARG_INT64(1))));
}

}  // namespace

VHNSW_FUNCTION(vhnsw_vector_hash)
{
    return hash<datum_get_vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_vector_hash_extended)
{
    return hash_extended<datum_get_vector>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_hash)
{
    return hash<datum_get_halfvec>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_halfvec_hash_extended)
{
    return hash_extended<datum_get_halfvec>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_int8vec_hash)
{
    return hash<datum_get_int8vec>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_int8vec_hash_extended)
{
    return hash_extended<datum_get_int8vec>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_sparsevec_hash)
{
    return hash<datum_get_sparsevec>(fcinfo);
}

VHNSW_FUNCTION(vhnsw_sparsevec_hash_extended)
{
    return hash_extended<datum_get_sparsevec>(fcinfo);
}
