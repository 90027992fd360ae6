#include "am/attribute_value.hpp"

#include <bit>
#include <cmath>

namespace vhnsw::am {

namespace {

template <typename T>
T
load(const uint8_t *bytes)
{
    T value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

// 0 is kept for "no hash function".
uint32_t
never_zero(uint32_t hash)
{
    return hash == 0 ? 1 : hash;
}

}  // namespace

int64_t
read_integer(Number number, const uint8_t *bytes)
{
    switch (number) {
        case Number::kU8: return *bytes;
        case Number::kI16: return load<int16_t>(bytes);
        case Number::kI32: return load<int32_t>(bytes);
        case Number::kU32: return load<uint32_t>(bytes);
        default: return load<int64_t>(bytes);
    }
}

double
read_real(Number number, const uint8_t *bytes)
{
    return number == Number::kF32 ? static_cast<double>(load<float>(bytes)) : load<double>(bytes);
}

double
number_at(Number number, const uint8_t *bytes)
{
    return is_real(number) ? read_real(number, bytes) : static_cast<double>(read_integer(number, bytes));
}

// The upper half of a float, whose bits are in order but for the sign.
uint16_t
round_number(double value)
{
    if (std::isnan(value)) return UINT16_MAX;
    const float single = static_cast<float>(value + 0.0);  // no negative zero
    const uint32_t bits = std::bit_cast<uint32_t>(single);
    const uint32_t sign = uint32_t{1} << 31;
    return static_cast<uint16_t>((bits & sign ? ~bits : bits | sign) >> 16);
}

int64_t
integer_of(Number number, Datum value)
{
    switch (number) {
        case Number::kU8: return DatumGetUInt8(value);
        case Number::kI16: return DatumGetInt16(value);
        case Number::kI32: return DatumGetInt32(value);
        case Number::kU32: return DatumGetUInt32(value);
        default: return DatumGetInt64(value);
    }
}

double
real_of(Number number, Datum value)
{
    return number == Number::kF32 ? static_cast<double>(DatumGetFloat4(value)) : DatumGetFloat8(value);
}

uint32_t
hash_integer(int64_t value)
{
    return never_zero(hash_bytes(reinterpret_cast<const unsigned char *>(&value), sizeof(value)));
}

uint32_t
hash_scalar(const AttributeColumn &column, Datum value)
{
    if (column.number != Number::kNone) return hash_integer(integer_of(column.number, value));
    TypeCacheEntry *type = lookup_type_cache(column.type, TYPECACHE_HASH_PROC_FINFO);
    if (!OidIsValid(type->hash_proc_finfo.fn_oid)) return 0;
    return never_zero(DatumGetUInt32(FunctionCall1Coll(&type->hash_proc_finfo, column.collation, value)));
}

uint16_t
short_hash(uint32_t hash)
{
    auto brief = static_cast<uint16_t>(hash ^ hash >> 16);
    return hash != 0 && brief == 0 ? 1 : brief;
}

bool
hash_elements(Oid collation, Datum array, Vec<uint32_t> &hashes)
{
    ArrayType *elements = DatumGetArrayTypeP(array);
    TypeCacheEntry *type = lookup_type_cache(ARR_ELEMTYPE(elements), TYPECACHE_HASH_PROC_FINFO);
    if (!OidIsValid(type->hash_proc_finfo.fn_oid)) return false;

    Datum *values;
    bool *nulls;
    int count;
    deconstruct_array(elements, ARR_ELEMTYPE(elements), type->typlen, type->typbyval, type->typalign, &values, &nulls,
                      &count);
    for (int i = 0; i < count; i++)
        if (!nulls[i]) hashes.push(DatumGetUInt32(FunctionCall1Coll(&type->hash_proc_finfo, collation, values[i])));
    pfree(values);
    pfree(nulls);
    return true;
}

uint32_t
hash_key(const char *key, size_t bytes)
{
    return hash_bytes(reinterpret_cast<const unsigned char *>(key), static_cast<int>(bytes));
}

void
hash_keys(Datum jsonb, Vec<uint32_t> &hashes)
{
    JsonbIterator *iterator = JsonbIteratorInit(&DatumGetJsonbP(jsonb)->root);
    JsonbValue value;
    JsonbIteratorToken token;
    while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
        if (token == WJB_KEY || (token == WJB_ELEM && value.type == jbvString))
            hashes.push(hash_key(value.val.string.val, static_cast<size_t>(value.val.string.len)));
}

Datum
read_slot(const AttributeColumn &column, const uint8_t *slot, char *copy)
{
    if (column.by_value) {
        switch (column.length) {
            case 1: return UInt8GetDatum(*slot);
            case 2: return Int16GetDatum(load<int16_t>(slot));
            case 4: return Int32GetDatum(load<int32_t>(slot));
            default: return Int64GetDatum(load<int64_t>(slot));
        }
    }
    memcpy(copy, slot, column.width);
    return PointerGetDatum(copy);
}

uint32_t
check_sum(const AttributeLayout &layout, const uint8_t *attributes)
{
    return hash_bytes(attributes, static_cast<int>(layout.row_bytes - sizeof(uint32_t)));
}

}  // namespace vhnsw::am
