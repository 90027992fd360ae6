// Conditions on attributes. Each key is tested with what is cheapest: numbers as numbers, then the signature, then the
// operator itself.
#include "am/attributes.hpp"

#include <algorithm>

#include "am/attribute_value.hpp"

namespace vhnsw::am {

namespace {

enum class Kind : uint8_t { kNull, kNotNull, kInteger, kReal, kCall };

enum class Order : uint8_t { kLess, kLessEqual, kEqual, kGreaterEqual, kGreater, kNotEqual };

// What a signature must have in common with the argument for the condition to be possible.
enum class Match : uint8_t {
    kUnknown,  // nothing: the signature cannot tell
    kHash,     // equal one of the arguments
    kRounded,  // compare with one of the arguments
    kAll,      // a set: contain all elements of the argument
    kAny,      // a set: contain one of them
    kOnly,     // a set: contain no others
    kSame,     // a set: contain these
};

// --- operators whose meaning is known ---

struct NumberFunction {
    Oid function;
    Number left, right;
    Order order;
};

#define VHNSW_COMPARISONS(NAME, LEFT, RIGHT)                               \
    {F_##NAME##LT, Number::LEFT, Number::RIGHT, Order::kLess},             \
        {F_##NAME##LE, Number::LEFT, Number::RIGHT, Order::kLessEqual},    \
        {F_##NAME##EQ, Number::LEFT, Number::RIGHT, Order::kEqual},        \
        {F_##NAME##GE, Number::LEFT, Number::RIGHT, Order::kGreaterEqual}, \
        {F_##NAME##GT, Number::LEFT, Number::RIGHT, Order::kGreater},      \
    {                                                                      \
        F_##NAME##NE, Number::LEFT, Number::RIGHT, Order::kNotEqual        \
    }

constexpr NumberFunction kNumberFunctions[] = {
    VHNSW_COMPARISONS(INT2, kI16, kI16),
    VHNSW_COMPARISONS(INT24, kI16, kI32),
    VHNSW_COMPARISONS(INT28, kI16, kI64),
    VHNSW_COMPARISONS(INT42, kI32, kI16),
    VHNSW_COMPARISONS(INT4, kI32, kI32),
    VHNSW_COMPARISONS(INT48, kI32, kI64),
    VHNSW_COMPARISONS(INT82, kI64, kI16),
    VHNSW_COMPARISONS(INT84, kI64, kI32),
    VHNSW_COMPARISONS(INT8, kI64, kI64),
    VHNSW_COMPARISONS(FLOAT4, kF32, kF32),
    VHNSW_COMPARISONS(FLOAT48, kF32, kF64),
    VHNSW_COMPARISONS(FLOAT84, kF64, kF32),
    VHNSW_COMPARISONS(FLOAT8, kF64, kF64),
    VHNSW_COMPARISONS(BOOL, kU8, kU8),
    VHNSW_COMPARISONS(CHAR, kU8, kU8),
    VHNSW_COMPARISONS(OID, kU32, kU32),
    VHNSW_COMPARISONS(DATE_, kI32, kI32),
    VHNSW_COMPARISONS(TIME_, kI64, kI64),
    VHNSW_COMPARISONS(TIMESTAMP_, kI64, kI64),
    VHNSW_COMPARISONS(TIMESTAMPTZ_, kI64, kI64),
    VHNSW_COMPARISONS(CASH_, kI64, kI64),
    {F_ENUM_EQ, Number::kU32, Number::kU32, Order::kEqual},
    {F_ENUM_NE, Number::kU32, Number::kU32, Order::kNotEqual},
};
#undef VHNSW_COMPARISONS

const NumberFunction *
find_number_function(const AttributeColumn &column, Oid function)
{
    for (const NumberFunction &known : kNumberFunctions)
        if (known.function == function) return known.left == column.number ? &known : nullptr;
    return nullptr;
}

Match
match_of_sets(Oid function)
{
    switch (function) {
        case F_ARRAYCONTAINS:
        case F_JSONB_CONTAINS:
        case F_JSONB_EXISTS:
        case F_JSONB_EXISTS_ALL: return Match::kAll;
        case F_ARRAYOVERLAP:
        case F_JSONB_EXISTS_ANY: return Match::kAny;
        case F_ARRAYCONTAINED:
        case F_JSONB_CONTAINED: return Match::kOnly;
        case F_ARRAY_EQ:
        case F_JSONB_EQ: return Match::kSame;
        default: return Match::kUnknown;
    }
}

bool
holds(Order order, int64_t a, int64_t b)
{
    switch (order) {
        case Order::kLess: return a < b;
        case Order::kLessEqual: return a <= b;
        case Order::kEqual: return a == b;
        case Order::kGreaterEqual: return a >= b;
        case Order::kGreater: return a > b;
        default: return a != b;
    }
}

// NaN is equal to itself and above everything else, as in SQL.
bool
holds(Order order, double a, double b)
{
    switch (order) {
        case Order::kLess: return float8_lt(a, b);
        case Order::kLessEqual: return float8_le(a, b);
        case Order::kEqual: return float8_eq(a, b);
        case Order::kGreaterEqual: return float8_ge(a, b);
        case Order::kGreater: return float8_gt(a, b);
        default: return float8_ne(a, b);
    }
}

bool
has_bit(const uint8_t *mask, int i)
{
    return (mask[i / 8] >> i % 8 & 1) != 0;
}

// The Bloom filter of a hint as a number.
uint32_t
load_hint_filter(const uint8_t *bytes, uint32_t count)
{
    uint32_t filter = 0;
    memcpy(&filter, bytes, count);
    return filter;
}

}  // namespace

// A condition, ready to be tested. Several arguments: one of them must do.
struct AttributeKey {
    Kind kind;
    Order order;  // kInteger, kReal
    Match match;
    uint16_t number;  // of the column
    const AttributeColumn *column;

    Vec<int64_t> integers;  // kInteger; sorted
    Vec<double> reals;      // kReal
    Vec<Datum> arguments;   // kCall
    FmgrInfo function;
    Oid collation;
    char *copy;  // room for the stored value

    Vec<uint32_t> hashes;        // Match::kHash: of the arguments, sorted. Sets: of the elements
    Vec<uint16_t> short_hashes;  // Match::kHash: sorted
    Vec<uint16_t> rounded;       // Match::kRounded: the arguments
    Vec<uint8_t> slot_filter;    // sets: of all elements, as it would stand in a slot
    Vec<uint32_t> hint_filters;  // sets: of each element, as it would stand in a hint
    uint32_t hint_filter;        // and of all
};

namespace {

bool
test_integer(const AttributeKey &key, int64_t value)
{
    if (key.order == Order::kEqual) return std::binary_search(key.integers.begin(), key.integers.end(), value);
    for (int64_t argument : key.integers)
        if (holds(key.order, value, argument)) return true;
    return false;
}

bool
test_real(const AttributeKey &key, double value)
{
    for (double argument : key.reals)
        if (holds(key.order, value, argument)) return true;
    return false;
}

// REQUIRES: kInteger or kReal.
bool
test_number(const AttributeKey &key, const uint8_t *bytes)
{
    Number number = key.column->number;
    return key.kind == Kind::kInteger ? test_integer(key, read_integer(number, bytes))
                                      : test_real(key, read_real(number, bytes));
}

bool
hint_filter_may_match(const AttributeKey &key, const uint8_t *hint)
{
    uint32_t count = key.column->hint_bytes;
    uint32_t filter = load_hint_filter(hint, count);
    if (filter == UINT32_MAX >> (32 - 8 * count)) return true;
    switch (key.match) {
        case Match::kAll: return (filter & key.hint_filter) == key.hint_filter;
        case Match::kOnly: return (filter & ~key.hint_filter) == 0;
        case Match::kSame: return filter == key.hint_filter;
        default: break;
    }
    for (uint32_t element : key.hint_filters)
        if ((filter & element) == element) return true;
    return false;
}

// Numbers that differ may be equal when rounded, but are never in the opposite order.
bool
rounded_may_match(const AttributeKey &key, uint16_t value)
{
    for (uint16_t argument : key.rounded) {
        switch (key.order) {
            case Order::kLess:
            case Order::kLessEqual:
                if (value <= argument) return true;
                break;
            case Order::kEqual:
                if (value == argument) return true;
                break;
            case Order::kGreaterEqual:
            case Order::kGreater:
                if (value >= argument) return true;
                break;
            default: return true;
        }
    }
    return false;
}

// What the signature in a hint, or its original in the attributes, says of a condition.
bool
signature_may_match(const AttributeKey &key, const uint8_t *signature)
{
    if (key.match == Match::kUnknown || key.column->hint_bytes == 0) return true;
    if (key.match != Match::kHash && key.match != Match::kRounded) return hint_filter_may_match(key, signature);
    uint16_t hash;
    memcpy(&hash, signature, sizeof(hash));
    if (key.match == Match::kRounded) return rounded_may_match(key, hash);
    return hash == 0 || std::binary_search(key.short_hashes.begin(), key.short_hashes.end(), hash);
}

bool
is_all_ones(std::span<const uint8_t> bytes)
{
    return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == UINT8_MAX; });
}

bool
slot_filter_may_match(const AttributeKey &key, std::span<const uint8_t> slot)
{
    if (is_all_ones(slot)) return true;
    auto contains = [&](uint32_t hash) { return bloom_may_contain(slot, hash, kSlotBitsPerHash); };
    const auto &hashes = key.hashes;
    switch (key.match) {
        case Match::kAll: return std::all_of(hashes.begin(), hashes.end(), contains);
        case Match::kAny: return std::any_of(hashes.begin(), hashes.end(), contains);
        case Match::kSame: return memcmp(slot.data(), key.slot_filter.data(), slot.size()) == 0;
        default: break;
    }
    for (size_t i = 0; i < slot.size(); i++)
        if (slot[i] & ~key.slot_filter[i]) return false;
    return true;
}

// What is left in the slot of a value that was too long.
bool
lossy_slot_may_match(const AttributeKey &key, const uint8_t *attributes)
{
    if (key.match == Match::kUnknown) return true;
    const uint8_t *slot = attributes + key.column->offset;
    if (key.match != Match::kHash) return slot_filter_may_match(key, {slot, key.column->width});
    uint32_t hash;
    memcpy(&hash, slot, sizeof(hash));
    return hash == 0 || std::binary_search(key.hashes.begin(), key.hashes.end(), hash);
}

// Operators trust their arguments: what is no value must not get to them.
void
check_attributes(Relation index, const AttributeLayout &layout, const uint8_t *attributes)
{
    uint32_t sum;
    if (!layout.has_check) return;
    memcpy(&sum, attributes + layout.row_bytes - sizeof(sum), sizeof(sum));
    if (sum == check_sum(layout, attributes)) return;
    ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
                    errmsg("index \"%s\" is damaged: attributes of a row are not what was stored",
                           RelationGetRelationName(index)),
                    errhint("Please REINDEX it.")));
}

bool
call_operator(const AttributeKey &key, const uint8_t *attributes)
{
    Datum value = read_slot(*key.column, attributes + key.column->offset, key.copy);
    LOCAL_FCINFO(call, 2);
    InitFunctionCallInfoData(*call, const_cast<FmgrInfo *>(&key.function), 2, key.collation, nullptr, nullptr);
    for (Datum argument : key.arguments) {
        call->args[0] = {value, false};
        call->args[1] = {argument, false};
        call->isnull = false;
        Datum result = FunctionCallInvoke(call);
        // jsonb @@ is NULL for a path that gives no boolean.
        if (!call->isnull && DatumGetBool(result)) return true;
    }
    return false;
}

// --- compiling ---

// The argument, or the elements of an array of arguments that are not NULL.
void
collect_arguments(const ScanKeyData &from, const AttributeColumn &column, Vec<Datum> &arguments)
{
    if (from.sk_flags & SK_SEARCHARRAY) {
        ArrayType *array = DatumGetArrayTypeP(from.sk_argument);
        int16 length;
        bool by_value;
        char align;
        Datum *values;
        bool *nulls;
        int count;
        get_typlenbyvalalign(ARR_ELEMTYPE(array), &length, &by_value, &align);
        deconstruct_array(array, ARR_ELEMTYPE(array), length, by_value, align, &values, &nulls, &count);
        for (int i = 0; i < count; i++)
            if (!nulls[i]) arguments.push(length == -1 ? PointerGetDatum(PG_DETOAST_DATUM(values[i])) : values[i]);
        return;
    }
    bool is_varlena = get_typlen(OidIsValid(from.sk_subtype) ? from.sk_subtype : column.type) == -1;
    arguments.push(is_varlena ? PointerGetDatum(PG_DETOAST_DATUM(from.sk_argument)) : from.sk_argument);
}

void
use_hashes(AttributeKey &key)
{
    key.match = Match::kHash;
    for (uint32_t hash : key.hashes) key.short_hashes.push(short_hash(hash));
    std::sort(key.hashes.begin(), key.hashes.end());
    std::sort(key.short_hashes.begin(), key.short_hashes.end());
}

// Equality of the type under the very collation that the stored hash was made with.
void
prepare_hashes(AttributeKey &key)
{
    const AttributeColumn &column = *key.column;
    if (key.function.fn_oid != lookup_type_cache(column.type, TYPECACHE_EQ_OPR_FINFO)->eq_opr_finfo.fn_oid) return;
    for (Datum argument : key.arguments) {
        uint32_t hash = hash_scalar(column, argument);
        if (hash == 0) return;
        key.hashes.push(hash);
    }
    use_hashes(key);
}

// The elements that a set operator's argument names. False when they cannot be hashed.
bool
hash_argument(AttributeKey &key, Datum argument)
{
    switch (key.function.fn_oid) {
        case F_JSONB_EXISTS: {
            auto name = reinterpret_cast<struct varlena *>(DatumGetPointer(argument));
            key.hashes.push(hash_key(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
            return true;
        }
        case F_JSONB_EXISTS_ANY:
        case F_JSONB_EXISTS_ALL: {
            Datum *names;
            bool *nulls;
            int count;
            deconstruct_array(DatumGetArrayTypeP(argument), TEXTOID, -1, false, TYPALIGN_INT, &names, &nulls, &count);
            for (int i = 0; i < count; i++) {
                auto name = reinterpret_cast<struct varlena *>(DatumGetPointer(names[i]));
                if (!nulls[i]) key.hashes.push(hash_key(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name)));
            }
            return true;
        }
        default: break;
    }
    if (key.column->signature == Signature::kElements)
        return hash_elements(key.column->collation, argument, key.hashes);
    hash_keys(argument, key.hashes);
    return true;
}

void
prepare_sets(AttributeKey &key)
{
    const AttributeColumn &column = *key.column;
    Match match = match_of_sets(key.function.fn_oid);
    if (match == Match::kUnknown || key.arguments.size() != 1 || !hash_argument(key, key.arguments[0])) return;

    key.match = match;
    key.slot_filter.resize(column.width);
    memset(key.slot_filter.data(), 0, column.width);
    for (uint32_t hash : key.hashes) {
        uint8_t bytes[sizeof(uint32_t)] = {};
        add_to_bloom(key.slot_filter.span(), hash, kSlotBitsPerHash);
        if (column.hint_bytes == 0) continue;
        add_to_bloom({bytes, column.hint_bytes}, hash, hint_bits_per_hash(column.hint_bytes));
        key.hint_filters.push(load_hint_filter(bytes, column.hint_bytes));
        key.hint_filter |= key.hint_filters.back();
    }
}

void
prepare_numbers(AttributeKey &key, const NumberFunction &known)
{
    key.order = known.order;
    key.kind = is_real(known.left) ? Kind::kReal : Kind::kInteger;
    for (Datum argument : key.arguments) {
        if (key.kind == Kind::kReal)
            key.reals.push(real_of(known.right, argument));
        else
            key.integers.push(integer_of(known.right, argument));
    }
    if (key.column->signature == Signature::kRounded) {
        key.match = Match::kRounded;
        for (double real : key.reals) key.rounded.push(round_number(real));
        for (int64_t integer : key.integers) key.rounded.push(round_number(static_cast<double>(integer)));
    }
    if (key.kind == Kind::kReal) return;
    std::sort(key.integers.begin(), key.integers.end());
    if (key.order != Order::kEqual || key.column->signature != Signature::kHash) return;
    for (int64_t integer : key.integers) key.hashes.push(hash_integer(integer));
    use_hashes(key);
}

// False when nothing can meet the condition.
bool
prepare(AttributeKey &key, const ScanKeyData &from)
{
    if (from.sk_flags & (SK_SEARCHNULL | SK_SEARCHNOTNULL)) {
        key.kind = from.sk_flags & SK_SEARCHNULL ? Kind::kNull : Kind::kNotNull;
        return true;
    }
    if (from.sk_flags & SK_ISNULL) return false;
    if (from.sk_flags & (SK_ROW_HEADER | SK_ROW_MEMBER)) elog(ERROR, "row comparisons are not supported with hnsw");
    collect_arguments(from, *key.column, key.arguments);
    if (key.arguments.empty()) return false;

    const AttributeColumn &column = *key.column;
    key.kind = Kind::kCall;
    key.collation = from.sk_collation;
    key.copy = static_cast<char *>(palloc(column.width));
    fmgr_info_copy(&key.function, const_cast<FmgrInfo *>(&from.sk_func), CurrentMemoryContext);
    const NumberFunction *known = find_number_function(column, key.function.fn_oid);
    if (known != nullptr) {
        prepare_numbers(key, *known);
        return true;
    }
    bool same_collation = !OidIsValid(column.collation) || column.collation == key.collation;
    if (column.number != Number::kNone || !same_collation) return true;
    if (column.signature == Signature::kHash) prepare_hashes(key);
    if (column.signature == Signature::kElements || column.signature == Signature::kKeys) prepare_sets(key);
    return true;
}

// Whether the hint of a link can refute the condition.
bool
is_told_by_hints(const AttributeKey &key)
{
    if (key.kind == Kind::kNull) return key.number < 8;
    return key.column->hint_bytes > 0 && key.kind != Kind::kNotNull &&
           (key.kind != Kind::kCall || key.match != Match::kUnknown);
}

}  // namespace

void
AttributeFilter::compile(Relation index, const AttributeLayout &layout, const ScanKeyData *keys, int count)
{
    *this = {};
    index_ = index;
    layout_ = &layout;
    keys_ = static_cast<AttributeKey *>(palloc0(sizeof(AttributeKey) * static_cast<size_t>(Max(count, 1))));
    bool calls = false;
    for (int i = 0; i < count; i++) {
        if (keys[i].sk_attno < 2) continue;
        if (keys[i].sk_attno - 2 >= layout.columns)
            elog(ERROR, "index \"%s\" has no column %d", RelationGetRelationName(index), keys[i].sk_attno);
        AttributeKey &key = keys_[count_++];
        key.number = static_cast<uint16_t>(keys[i].sk_attno - 2);
        key.column = &layout.column[key.number];
        if (!prepare(key, keys[i])) impossible_ = true;
        calls |= key.kind == Kind::kCall;
        told_by_hints_ |= is_told_by_hints(key);
    }
    if (calls)
        call_context_ = AllocSetContextCreate(CurrentMemoryContext, "hnsw filter operators", ALLOCSET_SMALL_SIZES);
}

bool
AttributeFilter::link_may_pass(const uint8_t *hint) const
{
    if (impossible_) return false;
    if (layout_->hint_bytes == 0) return true;
    for (const AttributeKey &key : std::span<const AttributeKey>(keys_, static_cast<size_t>(count_))) {
        bool is_told = key.number < 8;
        bool is_null = is_told && has_bit(hint, key.number);
        if (key.kind == Kind::kNull) {
            if (is_told && !is_null) return false;
            continue;
        }
        if (is_null) return false;
        if (key.kind == Kind::kNotNull || key.column->hint_bytes == 0) continue;
        const uint8_t *part = hint + key.column->hint_offset;
        bool is_value = key.column->hint_source == key.column->offset;
        if (!is_value && !signature_may_match(key, part)) return false;
        if (is_value && key.kind != Kind::kCall && !test_number(key, part)) return false;
    }
    return true;
}

Verdict
AttributeFilter::test(const uint8_t *attributes) const
{
    if (impossible_) return Verdict::kFails;
    const uint8_t *lossy_mask = attributes + (layout_->columns + 7) / 8;
    std::span<const AttributeKey> keys(keys_, static_cast<size_t>(count_));
    Verdict verdict = Verdict::kPasses;
    bool calls = false;
    for (const AttributeKey &key : keys) {
        bool is_null = has_bit(attributes, key.number);
        if (key.kind == Kind::kNull ? !is_null : is_null) return Verdict::kFails;
        if (key.kind == Kind::kNull || key.kind == Kind::kNotNull) continue;
        if (key.kind != Kind::kCall) {
            if (!test_number(key, attributes + key.column->offset)) return Verdict::kFails;
        } else if (!signature_may_match(key, attributes + key.column->hint_source)) {
            return Verdict::kFails;
        } else if (!has_bit(lossy_mask, key.number)) {
            calls = true;
        } else {
            if (!lossy_slot_may_match(key, attributes)) return Verdict::kFails;
            verdict = Verdict::kRecheck;
        }
    }
    if (!calls) return verdict;

    check_attributes(index_, *layout_, attributes);
    MemoryContext old = MemoryContextSwitchTo(call_context_);
    for (const AttributeKey &key : keys) {
        if (key.kind != Kind::kCall || has_bit(lossy_mask, key.number) || call_operator(key, attributes)) continue;
        verdict = Verdict::kFails;
        break;
    }
    MemoryContextSwitchTo(old);
    MemoryContextReset(call_context_);
    return verdict;
}

}  // namespace vhnsw::am
