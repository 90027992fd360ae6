#include "am/options.hpp"

#include <cstddef>

#include "am/am.hpp"
#include "am/page.hpp"

namespace vhnsw::am {

namespace {

struct Options {
    int32 varlena_header;
    int m;
    int ef_construction;
    int link_bits;
    int code_bits;
};

constexpr int kAuto = -1;

constexpr Options kDefaults = {0, 16, 64, kAuto, kAuto};

constinit relopt_kind kind = RELOPT_KIND_LOCAL;

// Not constant only because the server does not promise to leave it alone.
constinit relopt_enum_elt_def link_bits_values[] = {{"auto", kAuto}, {"0", 0}, {"1", 1},
                                                    {"2", 2},        {"4", 4}, {nullptr, 0}};

constinit relopt_enum_elt_def code_bits_values[] = {{"auto", kAuto}, {"8", 8}, {"16", 16}, {nullptr, 0}};

const Options &
options_of(Relation index)
{
    return index->rd_options != nullptr ? *reinterpret_cast<const Options *>(index->rd_options) : kDefaults;
}

}  // namespace

void
define_options()
{
    kind = add_reloption_kind();
    add_int_reloption(kind, "m", "Number of links a new node starts with", kDefaults.m, kMinM, kMaxM,
                      AccessExclusiveLock);
    // Every insertion reads it anew and no other session depends on it.
    add_int_reloption(kind, "ef_construction", "Number of candidates among which an insertion chooses links",
                      kDefaults.ef_construction, 4, 1000, ShareUpdateExclusiveLock);
    add_enum_reloption(kind, "link_bits", "Bits per dimension that a link stores of the neighbor's vector",
                       link_bits_values, kDefaults.link_bits,
                       "Valid values are \"auto\", \"0\", \"1\", \"2\", and \"4\".", AccessExclusiveLock);
    add_enum_reloption(kind, "code_bits", "Bits per dimension that a node stores of its own vector", code_bits_values,
                       kDefaults.code_bits, "Valid values are \"auto\", \"8\", and \"16\".", AccessExclusiveLock);
}

uint32_t
option_m(Relation index)
{
    return static_cast<uint32_t>(options_of(index).m);
}

uint32_t
option_ef_construction(Relation index)
{
    return static_cast<uint32_t>(options_of(index).ef_construction);
}

uint32_t
option_link_bits(Relation index)
{
    const int bits = options_of(index).link_bits;
    return bits == kAuto ? quant::kAutoLinkBits : static_cast<uint32_t>(bits);
}

// Whether the table keeps vectors of the indexed column apart from their rows, so that fetching one costs several
// pages. A guess: how the tuples are filled up otherwise is not known.
static bool
is_out_of_line(Relation index, const OpclassInfo &opclass)
{
    const FormData_pg_attribute *column = TupleDescAttr(index->rd_att, 0);
    const Size bytes = static_cast<Size>(column->atttypmod) * opclass.element_bytes;
    return column->attstorage != TYPSTORAGE_PLAIN && bytes > TOAST_TUPLE_TARGET;
}

static quant::Refine
option_refine(Relation index, const OpclassInfo &opclass)
{
    switch (options_of(index).code_bits) {
        case 8: return quant::Refine::kNever;
        case 16: return quant::Refine::kAlways;
        default: return is_out_of_line(index, opclass) ? quant::Refine::kIfCheap : quant::Refine::kNever;
    }
}

quant::ShapeWish
shape_wish(Relation index, const OpclassInfo &opclass)
{
    return {quant::code_kind(opclass.metric, opclass.elements),
            static_cast<uint32_t>(TupleDescAttr(index->rd_att, 0)->atttypmod), option_m(index),
            quant::can_sketch(opclass.metric) ? option_link_bits(index) : 0, option_refine(index, opclass)};
}

void
check_options(Relation index, const OpclassInfo &opclass)
{
    const uint32_t link_bits = option_link_bits(index);
    const uint32_t most = !quant::can_sketch(opclass.metric) ? 0 : opclass.elements == quant::Elements::kBits ? 1 : 4;
    if (link_bits != quant::kAutoLinkBits && link_bits > most)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("link_bits cannot be more than %u for this operator class", most)));
    if (options_of(index).code_bits == 16 && !quant::choose_shape(shape_wish(index, opclass), kNodeRoom).refined)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("code_bits cannot be 16 for this operator class and number of dimensions")));
    if (option_ef_construction(index) < 2 * option_m(index))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("ef_construction must be greater than or equal to 2 * m")));
}

extern "C" bytea *
am_options(Datum reloptions, bool validate)
{
    static constexpr relopt_parse_elt elements[] = {
        {"m", RELOPT_TYPE_INT, offsetof(Options, m)},
        {"ef_construction", RELOPT_TYPE_INT, offsetof(Options, ef_construction)},
        {"link_bits", RELOPT_TYPE_ENUM, offsetof(Options, link_bits)},
        {"code_bits", RELOPT_TYPE_ENUM, offsetof(Options, code_bits)},
    };

    return static_cast<bytea *>(
        build_reloptions(reloptions, validate, kind, sizeof(Options), elements, lengthof(elements)));
}

}  // namespace vhnsw::am
