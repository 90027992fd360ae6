// Numbers, hashes and Bloom filters of attribute values: what attributes.cpp, which writes them, and
// attribute_filter.cpp, which tests them, have in common.
#pragma once

#include "am/attributes.hpp"

#include <span>

#include "core/bloom.hpp"
#include "core/vec.hpp"

namespace vhnsw::am {

// Bits that an element sets in the Bloom filter of a hint of four bytes (half as many in one of two), and in a slot.
inline constexpr unsigned kHintBitsPerHash = 2;
inline constexpr unsigned kSlotBitsPerHash = 3;

constexpr unsigned
hint_bits_per_hash(uint32_t bytes)
{
    return bytes >= sizeof(uint32_t) ? kHintBitsPerHash : kHintBitsPerHash / 2;
}

constexpr bool
is_real(Number number)
{
    return number == Number::kF32 || number == Number::kF64;
}

// A number as it is stored. REQUIRES: an integer; a real.
int64_t read_integer(Number number, const uint8_t *bytes);
double read_real(Number number, const uint8_t *bytes);

// Any number as it is stored.
double number_at(Number number, const uint8_t *bytes);

// Two bytes that are in the order of the numbers, NaN last; different only for numbers that are.
uint16_t round_number(double value);

// A stored number of a Datum.
int64_t integer_of(Number number, Datum value);
double real_of(Number number, Datum value);

// Hash of a value under a column of Signature::kHash; never 0, unless the type has no hash function.
uint32_t hash_integer(int64_t value);
uint32_t hash_scalar(const AttributeColumn &column, Datum value);

// Its short form; 0 for 0 alone.
uint16_t short_hash(uint32_t hash);

// Appends the hashes of an array's elements, NULLs left out. False when the elements have no hash function.
bool hash_elements(Oid collation, Datum array, Vec<uint32_t> &hashes);

// Appends the hashes of the keys and strings on the top level of a jsonb, and that of one key.
void hash_keys(Datum jsonb, Vec<uint32_t> &hashes);
uint32_t hash_key(const char *key, size_t bytes);

// The stored Datum of a slot. One that is not passed by value is copied to `copy`, column.width bytes, aligned.
Datum read_slot(const AttributeColumn &column, const uint8_t *slot, char *copy);

// What the last four bytes of the attributes must be, where layout.has_check.
uint32_t check_sum(const AttributeLayout &layout, const uint8_t *attributes);

}  // namespace vhnsw::am
