// Insertion of one row into an existing index (graph/insert.hpp on pages).
#include "am/insert.hpp"

#include "am/am.hpp"
#include "am/options.hpp"
#include "pg/random.hpp"

namespace vhnsw::am {

void
RowInserter::init(Relation index, bool building)
{
    index_ = index;
    info_ = read_info(index);
    building_ = building;
    ef_construction_ = option_ef_construction(index);
    rng_ = Rng(random_seed());
    store_.init(index, info_, query_, building);
}

// A row without a place in the graph: VACUUM and scans find it in a list of the metapage.
void
RowInserter::add_to_meta_list(VectorState state, const NewRow &row)
{
    MetaState meta = read_meta(index_);
    OverflowTarget target{meta.overflow_block, false};
    PageEdit edit;
    edit.begin(index_, building_);
    Buffer buffer = read_locked(index_, kMetaBlock, BUFFER_LOCK_EXCLUSIVE);
    auto *disk = reinterpret_cast<DiskMeta *>(PageGetContents(edit.page(buffer)));
    Packed48 *head = state == VectorState::kNull ? &disk->null_rows : &disk->zero_rows;
    ListPlace place = add_to_row_list(index_, edit, {info_.shape, head, disk->stamp}, row, target);
    if (target.moved) disk->overflow_block = target.block;
    edit.finish();
    UnlockReleaseBuffer(place.buffer);
    UnlockReleaseBuffer(buffer);
}

void
RowInserter::insert(const VectorInput &input, const NewRow &row)
{
    if (input.state != VectorState::kVector) {
        add_to_meta_list(input.state, row);
        return;
    }
    const quant::Prepared &vector = preparation_.prepare(info_.space, input.vector);
    query_.set(info_.space, vector);
    int level = graph::draw_level(rng_, info_.m);
    store_.begin(vector, row);
    graph::insert(store_, level, info_.m, ef_construction_, scratch_);
    store_.finish();
}

namespace {

// What the rows of one statement share.
struct Insertions {
    const OpclassInfo *opclass;
    RowInserter inserter;
    MemoryContext context;  // of the inserter
    MemoryContext row_context;
};

Insertions *
begin_insertions(Relation index, MemoryContext parent)
{
    MemoryContext context = AllocSetContextCreate(parent, "hnsw insert", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(context);
    auto *insertions = static_cast<Insertions *>(palloc0(sizeof(Insertions)));
    insertions->opclass = opclass_info(index);
    insertions->context = context;
    insertions->row_context = AllocSetContextCreate(context, "hnsw inserted row", ALLOCSET_DEFAULT_SIZES);
    insertions->inserter.init(index, false);
    MemoryContextSwitchTo(old);
    return insertions;
}

}  // namespace

extern "C" bool
am_insert(Relation index, Datum *values, bool *is_null, ItemPointer heap_tid, Relation, IndexUniqueCheck, bool,
          struct ::IndexInfo *statement)
{
    if (statement->ii_AmCache == nullptr) statement->ii_AmCache = begin_insertions(index, statement->ii_Context);
    auto *insertions = static_cast<Insertions *>(statement->ii_AmCache);
    const IndexInfo &info = insertions->inserter.info();
    MemoryContext old = MemoryContextSwitchTo(insertions->row_context);
    VectorInput input = read_vector_input(is_null[0], values[0], *insertions->opclass);
    if (input.state != VectorState::kNull) check_dims(input.vector, info);
    auto *attributes = static_cast<uint8_t *>(palloc(info.shape.attribute_bytes));
    encode_attributes(info.attributes, values, is_null, attributes);
    MemoryContextSwitchTo(insertions->context);
    insertions->inserter.insert(input, {Row::from(*heap_tid), attributes});
    MemoryContextSwitchTo(old);
    MemoryContextReset(insertions->row_context);
    return false;
}

}  // namespace vhnsw::am
