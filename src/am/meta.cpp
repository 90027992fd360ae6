// The metapage, and taking and adding pages. Locks: the metapage is locked alone, never while another page is.
#include "am/index.hpp"

#include "am/options.hpp"
#include "am/page_edit.hpp"
#include "graph/insert.hpp"
#include "pg/random.hpp"
#include "quant/rotation.hpp"

namespace vhnsw::am {

namespace {

// First word of the metapage of the other widespread implementation of an access method with this name.
constexpr uint32_t kForeignMagic = 0xA953A953;

DiskMeta *
meta_of(Page page)
{
    return reinterpret_cast<DiskMeta *>(PageGetContents(page));
}

[[noreturn]] void
report_unreadable(Relation index, const char *detail)
{
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot read the format of index \"%s\"", RelationGetRelationName(index)),
                    errdetail_internal("%s", detail), errhint("Please REINDEX it.")));
    pg_unreachable();
}

void
check_format(Relation index, Page page)
{
    if (PageIsNew(page)) report_corruption(index, kMetaBlock, "unexpected zero page");
    const DiskMeta *meta = meta_of(page);
    if (meta->magic == kForeignMagic)
        report_unreadable(index, "It was built by another implementation of the access method.");
    if (meta->magic != kMagic) report_corruption(index, kMetaBlock, "not a metapage");
    if (meta->page_version != kPageVersion)
        report_unreadable(index, "It was built by a version of this extension that stores indexes differently.");
}

bool
is_sound_sketch(const quant::NodeShape &shape)
{
    const quant::SketchShape &sketch = shape.sketch;

    if (sketch.planes == 0) return sketch.dims == 0;
    if (shape.kind == quant::CodeKind::kPlain) return false;
    if (shape.kind == quant::CodeKind::kBits) return sketch.planes == 1 && sketch.dims == shape.padded;
    if (sketch.dims < 1 || sketch.dims > shape.padded || sketch.dims % quant::kDimsStep != 0) return false;
    return sketch.planes == 1 || sketch.planes == 2 || sketch.planes == 4;
}

bool
is_sound(const quant::NodeShape &shape)
{
    if (shape.dims < 1 || (shape.dims > UINT16_MAX && shape.kind != quant::CodeKind::kSparse)) return false;
    if (shape.code_inline && shape.kind == quant::CodeKind::kSparse) return false;
    if (shape.refined && shape.kind != quant::CodeKind::kRotated) return false;
    if (!is_sound_sketch(shape)) return false;
    if (shape.capacity < 1 || shape.capacity > quant::kMaxLinks) return false;
    return node_bytes(shape) <= kMaxItemBytes;
}

// `dims`, the metric and the attributes are also known from the catalogue; dims is -1 when the column has been relieved
// of its limit. The space is left to the caller: a page is locked.
IndexInfo
checked_info(Relation index, const DiskMeta *meta, const OpclassInfo &opclass, int dims,
             const AttributeLayout &attributes)
{
    const quant::CodeKind kind = quant::code_kind(opclass.metric, opclass.elements);
    const IndexInfo info = {
        .m = meta->m,
        .seed = meta->seed,
        .shape = {.kind = kind,
                  .dims = meta->dims,
                  .padded = quant::padded_dims(kind, meta->dims),
                  .sketch = {.dims = meta->sketch_dims, .planes = meta->planes},
                  .capacity = meta->capacity,
                  .code_inline = meta->code != DiskCode::kApart,
                  .attribute_bytes = meta->attribute_bytes,
                  .hint_bytes = meta->hint_bytes,
                  .refined = meta->code == DiskCode::kRefined},
        .space = {},
        .attributes = attributes,
    };

    if (meta->metric != opclass.metric) report_corruption(index, kMetaBlock, "metric of another operator class");
    if (dims >= 0 && info.shape.dims != static_cast<uint32_t>(dims))
        report_corruption(index, kMetaBlock, "dimensions of another column");
    if (info.shape.attribute_bytes != attributes.row_bytes || info.shape.hint_bytes != attributes.hint_bytes)
        report_corruption(index, kMetaBlock, "attributes of other columns");
    if (info.m < kMinM || info.m > kMaxM || meta->code > DiskCode::kRefined || !is_sound(info.shape))
        report_corruption(index, kMetaBlock, "impossible shape of nodes");
    return info;
}

MetaState
checked_state(Relation index, const DiskMeta *meta)
{
    const MetaState state = {
        .entry = meta->entry.value(),
        .entry_level = meta->entry_level_plus_1 - 1,
        .stamp = meta->stamp,
        .null_rows = meta->null_rows.value(),
        .zero_rows = meta->zero_rows.value(),
        .insert_block = meta->insert_block,
        .overflow_block = meta->overflow_block,
    };

    if (state.entry_level > graph::kMaxLevel || (state.entry == Address::kNone) != (state.entry_level < 0))
        report_corruption(index, kMetaBlock, "impossible entry point");
    if (state.insert_block == kMetaBlock || state.overflow_block == kMetaBlock)
        report_corruption(index, kMetaBlock, "hint at the metapage");
    return state;
}

// The metapage, locked.
Buffer
lock_meta(Relation index, int lock)
{
    Buffer buffer = ReadBuffer(index, kMetaBlock);

    LockBuffer(buffer, lock);
    check_format(index, BufferGetPage(buffer));
    return buffer;
}

}  // namespace

IndexInfo
read_info(Relation index)
{
    if (index->rd_amcache == nullptr) {
        const OpclassInfo *opclass = opclass_info(index);
        const int dims = TupleDescAttr(index->rd_att, 0)->atttypmod;
        const AttributeLayout attributes = attribute_layout(index);
        Buffer buffer = lock_meta(index, BUFFER_LOCK_SHARE);
        IndexInfo info = checked_info(index, meta_of(BufferGetPage(buffer)), *opclass, dims, attributes);
        UnlockReleaseBuffer(buffer);
        info.space = space_of(opclass->metric, info.shape, info.seed);

        auto *cached = static_cast<IndexCache *>(MemoryContextAllocZero(index->rd_indexcxt, sizeof(IndexCache)));
        cached->info = info;
        index->rd_amcache = cached;
    }
    return static_cast<const IndexCache *>(index->rd_amcache)->info;
}

MetaState
read_meta(Relation index)
{
    Buffer buffer = lock_meta(index, BUFFER_LOCK_SHARE);
    const MetaState state = checked_state(index, meta_of(BufferGetPage(buffer)));

    UnlockReleaseBuffer(buffer);
    return state;
}

void
init_meta(Page page, const IndexInfo &info)
{
    const uint32_t stamp = random_stamp();

    init_page(page, PageKind::kMeta);
    *meta_of(page) = {
        .magic = kMagic,
        .page_version = kPageVersion,
        .metric = info.space.metric,
        .entry_level_plus_1 = 0,
        .dims = info.shape.dims,
        .sketch_dims = info.shape.sketch.dims,
        .planes = static_cast<uint8_t>(info.shape.sketch.planes),
        .code = !info.shape.code_inline ? DiskCode::kApart
                : info.shape.refined    ? DiskCode::kRefined
                                        : DiskCode::kInline,
        .m = info.m,
        .capacity = static_cast<uint16_t>(info.shape.capacity),
        .entry = Packed48::from(Address::kNone),
        .attribute_bytes = static_cast<uint16_t>(info.shape.attribute_bytes),
        .hint_bytes = static_cast<uint16_t>(info.shape.hint_bytes),
        .seed = info.seed,
        .stamp = stamp,
        .insert_block = InvalidBlockNumber,
        .overflow_block = InvalidBlockNumber,
        .null_rows = Packed48::from(Address::kNone),
        .zero_rows = Packed48::from(Address::kNone),
    };
    // Generic WAL and page compression leave out what is between pd_lower and pd_upper.
    reinterpret_cast<PageHeader>(page)->pd_lower =
        static_cast<LocationIndex>(reinterpret_cast<char *>(meta_of(page) + 1) - reinterpret_cast<char *>(page));
}

void
raise_entry(Relation index, uint64_t entry, int level, bool building)
{
    PageEdit edit;
    edit.begin(index, building);
    Buffer buffer = lock_meta(index, BUFFER_LOCK_EXCLUSIVE);
    DiskMeta *meta = meta_of(edit.page(buffer));

    if (level + 1 > meta->entry_level_plus_1) {
        meta->entry = Packed48::from(Address::plain(entry));
        meta->entry_level_plus_1 = static_cast<uint8_t>(level + 1);
        edit.finish();
    }
    UnlockReleaseBuffer(buffer);
}

void
set_hints(Relation index, BlockNumber insert_block, BlockNumber overflow_block, bool building)
{
    PageEdit edit;
    edit.begin(index, building);
    Buffer buffer = lock_meta(index, BUFFER_LOCK_EXCLUSIVE);
    DiskMeta *meta = meta_of(edit.page(buffer));
    const bool sets_insert = BlockNumberIsValid(insert_block) && insert_block != meta->insert_block;
    const bool sets_overflow = BlockNumberIsValid(overflow_block) && overflow_block != meta->overflow_block;

    if (sets_insert) meta->insert_block = insert_block;
    if (sets_overflow) meta->overflow_block = overflow_block;
    if (sets_insert || sets_overflow) edit.finish();
    UnlockReleaseBuffer(buffer);
}

Buffer
extend_index(Relation index)
{
    return extend_relation(index);
}

Buffer
read_locked(Relation index, BlockNumber block, int lock)
{
    check_block(index, block);
    Buffer buffer = ReadBuffer(index, block);

    LockBuffer(buffer, lock);
    check_page(index, buffer);
    return buffer;
}

Buffer
read_if_initialised(Relation index, BlockNumber block)
{
    Buffer buffer = ReadBuffer(index, block);

    LockBuffer(buffer, BUFFER_LOCK_SHARE);
    if (PageIsNew(BufferGetPage(buffer))) {
        UnlockReleaseBuffer(buffer);
        return InvalidBuffer;
    }
    check_page(index, buffer);
    return buffer;
}

}  // namespace vhnsw::am
