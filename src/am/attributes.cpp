// Layout and encoding of attributes. See attributes.hpp.
#include "am/attributes.hpp"

#include <algorithm>

#include "am/attribute_value.hpp"

namespace vhnsw::am {

namespace {

// Slots of values of variable length, signature included. 29 bytes hold nearly every name, category, code, numeric and
// network address; 83 an array of 15 integers or 5 short strings, and four nodes of 384 dimensions still fit a page.
constexpr uint16_t kScalarBytes = 32;
constexpr uint16_t kSetBytes = 88;
// One byte of header says how long a value is.
static_assert(kSetBytes <= VARATT_SHORT_MAX);

// Beside the null mask.
constexpr uint32_t kHintValueBytes = 8;
static_assert(1 + kHintValueBytes <= kMaxHintBytes);

uint32_t
mask_bytes(const AttributeLayout &layout)
{
    return (layout.columns + 7u) / 8;
}

constexpr uint32_t
even(uint32_t bytes)
{
    return (bytes + 1) & ~1u;
}

Number
number_of_type(Oid type)
{
    switch (type) {
        case BOOLOID:
        case CHAROID: return Number::kU8;
        case INT2OID: return Number::kI16;
        case INT4OID:
        case DATEOID: return Number::kI32;
        case INT8OID:
        case MONEYOID:
        case TIMEOID:
        case TIMESTAMPOID:
        case TIMESTAMPTZOID: return Number::kI64;
        case OIDOID: return Number::kU32;
        case FLOAT4OID: return Number::kF32;
        case FLOAT8OID: return Number::kF64;
        // Enums are equal when their OIDs are.
        default: return type_is_enum(type) ? Number::kU32 : Number::kNone;
    }
}

Signature
signature_of(const AttributeColumn &column)
{
    if (column.number == Number::kU32) return Signature::kHash;
    if (column.number != Number::kNone) return Signature::kRounded;
    if (column.by_value) return Signature::kNone;
    if (column.type == JSONBOID) return Signature::kKeys;
    return OidIsValid(get_element_type(column.type)) ? Signature::kElements : Signature::kHash;
}

AttributeColumn
describe_column(Relation index, int number)
{
    Form_pg_attribute attribute = TupleDescAttr(index->rd_att, number + 1);
    AttributeColumn column{};

    if (attribute->attlen == 0 || attribute->attlen < -1)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("cannot store type %s in an hnsw index", format_type_be(attribute->atttypid))));
    column.type = getBaseType(attribute->atttypid);
    column.length = attribute->attlen;
    column.by_value = attribute->attbyval;
    column.plain = column.length < 0 && get_typstorage(column.type) == TYPSTORAGE_PLAIN;
    column.number = number_of_type(column.type);
    column.signature = signature_of(column);
    column.is_key = number + 1 < IndexRelationGetNumberOfKeyAttributes(index);
    // INCLUDE columns are given none.
    column.collation =
        OidIsValid(attribute->attcollation) ? attribute->attcollation : get_typcollation(attribute->atttypid);
    if (column.length > 0)
        column.width = static_cast<uint16_t>(column.length);
    else
        column.width = column.signature == Signature::kHash ? kScalarBytes : kSetBytes;
    return column;
}

bool
is_filter_of_set(const AttributeColumn &column)
{
    return column.signature == Signature::kElements || column.signature == Signature::kKeys;
}

// Sets hint_bytes of the columns: a signature for every key column in turn, then values of numbers in its place, then
// longer Bloom filters.
uint32_t
divide_hint(AttributeLayout &layout)
{
    uint32_t room = kHintValueBytes;
    auto enlarge = [&](AttributeColumn &column, uint32_t bytes) {
        if (bytes < column.hint_bytes || bytes - column.hint_bytes > room) return;
        room -= bytes - column.hint_bytes;
        column.hint_bytes = static_cast<uint8_t>(bytes);
    };
    for (int i = 0; i < layout.columns; i++) {
        AttributeColumn &column = layout.column[i];
        const uint32_t least = column.number == Number::kU8 ? 1 : sizeof(uint16_t);
        if (column.is_key && column.signature != Signature::kNone) enlarge(column, least);
    }
    for (int i = 0; i < layout.columns; i++) {
        AttributeColumn &column = layout.column[i];
        if (column.hint_bytes > 0 && column.number != Number::kNone)
            enlarge(column, static_cast<uint32_t>(column.length));
    }
    for (int i = 0; i < layout.columns; i++) {
        AttributeColumn &column = layout.column[i];
        if (is_filter_of_set(column) && column.hint_bytes > 0) enlarge(column, sizeof(uint32_t));
    }
    return kHintValueBytes - room;
}

// Whether the hint repeats the slot.
bool
hints_value(const AttributeColumn &column)
{
    return column.number != Number::kNone && column.hint_bytes == column.length;
}

void
place_columns(AttributeLayout &layout)
{
    uint32_t at = 2 * mask_bytes(layout);
    uint32_t hint_at = 1;
    for (int i = 0; i < layout.columns; i++) {
        AttributeColumn &column = layout.column[i];
        bool has_signature = column.hint_bytes > 0 && !hints_value(column);
        // A fixed length is what it is; other slots give the bytes of the signature away.
        if (has_signature && column.length < 0) column.width = static_cast<uint16_t>(column.width - column.hint_bytes);
        column.offset = at;
        at += column.width;
        column.hint_source = has_signature ? at : column.offset;
        if (has_signature) at += column.hint_bytes;
        column.hint_offset = static_cast<uint8_t>(hint_at);
        hint_at += column.hint_bytes;
    }
    layout.row_bytes = even(at) + (layout.has_check ? sizeof(uint32_t) : 0);
}

void
set_bit(uint8_t *mask, int i)
{
    mask[i / 8] = static_cast<uint8_t>(mask[i / 8] | 1u << i % 8);
}

void
store_by_value(int16 length, Datum value, uint8_t *out)
{
    const uint8_t one = DatumGetUInt8(value);
    const uint16_t two = DatumGetUInt16(value);
    const uint32_t four = DatumGetUInt32(value);
    const uint64_t eight = DatumGetUInt64(value);

    switch (length) {
        case 1: memcpy(out, &one, sizeof(one)); break;
        case 2: memcpy(out, &two, sizeof(two)); break;
        case 4: memcpy(out, &four, sizeof(four)); break;
        default: memcpy(out, &eight, sizeof(eight)); break;
    }
}

void
store_filter(std::span<const uint32_t> hashes, bool known, std::span<uint8_t> out, unsigned per_hash)
{
    memset(out.data(), known ? 0 : 0xFF, out.size());
    if (known)
        for (uint32_t hash : hashes) add_to_bloom(out, hash, per_hash);
}

// What stands for a value, in the slot if it is `lossy`, and for the hint.
void
store_signature(const AttributeColumn &column, Datum value, bool lossy, uint8_t *out)
{
    std::span<uint8_t> slot(out + column.offset, column.width);
    std::span<uint8_t> hint(out + column.hint_source, column.hint_bytes);
    bool has_hint = !hint.empty() && !hints_value(column);

    if (!lossy && !has_hint) return;
    if (column.signature == Signature::kRounded) {
        const uint16_t brief = round_number(number_at(column.number, out + column.offset));
        memcpy(hint.data(), &brief, sizeof(brief));
        return;
    }
    if (column.signature == Signature::kHash) {
        const uint32_t hash = hash_scalar(column, value);
        const uint16_t brief = short_hash(hash);
        if (lossy) memcpy(slot.data(), &hash, sizeof(hash));
        if (has_hint) memcpy(hint.data(), &brief, sizeof(brief));
        return;
    }
    Vec<uint32_t> hashes;
    bool known = true;
    if (column.signature == Signature::kKeys)
        hash_keys(value, hashes);
    else
        known = hash_elements(column.collation, value, hashes);
    if (lossy) store_filter(hashes.span(), known, slot, kSlotBitsPerHash);
    if (has_hint) store_filter(hashes.span(), known, hint, hint_bits_per_hash(column.hint_bytes));
    hashes.release();
}

// False when the value does not fit.
bool
store_varlena(const AttributeColumn &column, const struct varlena *value, uint8_t *out)
{
    const uint32_t bytes = VARSIZE_ANY_EXHDR(value);
    const uint32_t header = column.plain ? VARHDRSZ : VARHDRSZ_SHORT;
    alignas(VARHDRSZ) char head[VARHDRSZ];

    if (header + bytes > column.width) return false;
    if (column.plain)
        SET_VARSIZE(head, header + bytes);
    else
        SET_VARSIZE_SHORT(head, header + bytes);
    memcpy(out, head, header);
    memcpy(out + header, VARDATA_ANY(value), bytes);
    return true;
}

}  // namespace

AttributeLayout
attribute_layout(Relation index)
{
    AttributeLayout layout{};

    layout.columns = static_cast<uint16_t>(IndexRelationGetNumberOfAttributes(index) - 1);
    if (layout.columns == 0) return layout;
    for (int i = 0; i < layout.columns; i++) {
        layout.column[i] = describe_column(index, i);
        layout.has_check |= layout.column[i].number == Number::kNone;
    }
    uint32_t hint_values = divide_hint(layout);
    place_columns(layout);
    if (layout.column[0].is_key) layout.hint_bytes = static_cast<uint16_t>(even(1 + hint_values));
    return layout;
}

void
encode_attributes(const AttributeLayout &layout, const Datum *values, const bool *nulls, uint8_t *out)
{
    uint8_t *lossy_mask = out + mask_bytes(layout);

    if (layout.columns == 0) return;
    memset(out, 0, layout.row_bytes);
    for (int i = 0; i < layout.columns; i++) {
        const AttributeColumn &column = layout.column[i];
        Datum value = values[i + 1];
        bool lossy = false;

        if (nulls[i + 1]) {
            set_bit(out, i);
            continue;
        }
        if (column.by_value) {
            store_by_value(column.length, value, out + column.offset);
        } else if (column.length > 0) {
            memcpy(out + column.offset, DatumGetPointer(value), column.width);
        } else {
            value = PointerGetDatum(PG_DETOAST_DATUM_PACKED(value));
            lossy =
                !store_varlena(column, reinterpret_cast<struct varlena *>(DatumGetPointer(value)), out + column.offset);
            if (lossy) set_bit(lossy_mask, i);
        }
        store_signature(column, value, lossy, out);
    }
    if (!layout.has_check) return;
    const uint32_t sum = check_sum(layout, out);
    memcpy(out + layout.row_bytes - sizeof(sum), &sum, sizeof(sum));
}

void
make_hint(const AttributeLayout &layout, const uint8_t *attributes, uint8_t *hint)
{
    if (layout.hint_bytes == 0) return;
    memset(hint, 0, layout.hint_bytes);
    hint[0] = attributes[0];
    for (int i = 0; i < layout.columns; i++) {
        const AttributeColumn &column = layout.column[i];
        memcpy(hint + column.hint_offset, attributes + column.hint_source, column.hint_bytes);
    }
}

}  // namespace vhnsw::am
