// Attributes: the values of all columns of an index but the first, kept with every row so that a scan tests conditions
// on them without reading the heap.
//
// The attributes of a row take the same number of bytes in every row of an index:
//
//     null mask, 1 bit a column | lossy mask, 1 bit a column | column 2 | column 3 | ... , at fixed offsets | check sum
//     column: the value in a slot of fixed width | signature, where the hint needs one
//     check sum: of the bytes before, where not all columns are numbers
//
// A value of variable length stands detoasted in its slot. When it is too long, its lossy bit is set and the slot holds
// a fingerprint: a hash, or a Bloom filter of the elements. That refutes conditions; what it does not refute is left to
// the executor. So any value can be stored.
//
// A hint is what a link says of its target's attributes, 10 bytes at most:
//
//     null mask of the first eight columns | of each key column that there is room for: a number, or a signature
//
// Signature: hash of 2 bytes (0: unknown), number rounded to 2 bytes, or Bloom filter of 2 or 4 (all ones: unknown).
// Every column gets one as long as there is room; what is left then goes to values.
#pragma once

#include "pg/pg.hpp"

#include <cstdint>

namespace vhnsw::am {

inline constexpr int kMaxAttributes = INDEX_MAX_KEYS - 1;

// A null mask, and eight bytes: one link of about seventy bytes pays for the tests that it saves.
inline constexpr uint32_t kMaxHintBytes = 10;

// How the bytes of a type compare, for types whose operators do nothing else.
enum class Number : uint8_t { kNone, kU8, kI16, kI32, kU32, kI64, kF32, kF64 };

// What stands for a value where the value itself does not fit.
enum class Signature : uint8_t {
    kNone,
    kHash,      // of the type's default hash operator class; of the number itself where it is an OID
    kRounded,   // a number to about 1 %: refutes comparisons with an order, too
    kElements,  // Bloom filter of an array's elements, which are hashed like scalars
    kKeys,      // Bloom filter of the keys and strings on the top level of a jsonb
};

struct AttributeColumn {
    Oid type;  // of a domain: the type below
    Oid collation;
    int16 length;  // -1: varlena
    bool by_value;
    bool plain;  // a varlena whose functions expect the long header
    Number number;
    Signature signature;
    uint16_t width;        // of the slot
    uint32_t offset;       // of the slot, in the attributes of a row
    uint32_t hint_source;  // offset of what goes to the hint: the slot, or the signature behind it
    uint8_t hint_offset;
    uint8_t hint_bytes;  // 0: the hint says nothing of the value
    bool is_key;         // no INCLUDE column
};

// Follows from the index's columns alone. Numbers of columns count from 0 here: column 0 is the index's second.
struct AttributeLayout {
    uint16_t columns;     // 0: the index has no attributes
    uint32_t row_bytes;   // even
    uint16_t hint_bytes;  // even; 0 without key columns
    bool has_check;
    AttributeColumn column[kMaxAttributes];
};

// Raises FEATURE_NOT_SUPPORTED for a column of a type that cannot be stored.
AttributeLayout attribute_layout(Relation index);

// Writes the attributes of one row to `out`, row_bytes. `values` and `nulls` are those of all columns, the vector's
// included. Allocates in the current context. REQUIRES: no page locked.
void encode_attributes(const AttributeLayout &layout, const Datum *values, const bool *nulls, uint8_t *out);

// Writes the hint of a row with these attributes, hint_bytes. Copies bytes only.
void make_hint(const AttributeLayout &layout, const uint8_t *attributes, uint8_t *hint);

enum class Verdict : uint8_t { kFails, kPasses, kRecheck };

struct AttributeKey;

// The conditions of a scan on its attributes. All of them must hold.
class AttributeFilter {
public:
    // Takes the keys on columns 2 and up: operators, = ANY (array), IS [NOT] NULL. Replaces what was there. Allocates
    // in the current context, which must live as long as the filter is used; so must the index, the layout,
    // and what the keys point to.
    void compile(Relation index, const AttributeLayout &layout, const ScanKeyData *keys, int count);

    bool empty() const { return count_ == 0 && !impossible_; }  // everything passes
    bool impossible() const { return impossible_; }             // nothing can pass: a condition on NULL
    bool told_by_hints() const { return told_by_hints_; }       // hints refute some of the conditions

    // False when no row with this hint passes. Calls no operator and allocates nothing: may run under a page lock.
    bool link_may_pass(const uint8_t *hint) const;

    // Exact but for values that were too long: kRecheck when what is stored cannot refute a condition. Calls operators,
    // in a context of its own. Raises INDEX_CORRUPTED for bytes that were never stored. REQUIRES: no page locked.
    Verdict test(const uint8_t *attributes) const;

private:
    Relation index_ = nullptr;
    const AttributeLayout *layout_ = nullptr;
    MemoryContext call_context_ = nullptr;
    AttributeKey *keys_ = nullptr;
    int count_ = 0;
    bool impossible_ = false;
    bool told_by_hints_ = false;
};

}  // namespace vhnsw::am
