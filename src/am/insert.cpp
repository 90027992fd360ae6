// Insertion of one row into an existing index (graph/insert.hpp on pages).
#include "am/insert.hpp"

#include "am/am.hpp"
#include "am/insert_store.hpp"
#include "am/options.hpp"
#include "am/vector_input.hpp"
#include "pg/random.hpp"

namespace vhnsw::am {

// A row without a place in the graph: VACUUM and scans find it in a list of the metapage.
static void
add_to_meta_list(Relation index, const IndexInfo &info, VectorState state, const NewRow &row, bool building)
{
    MetaState meta = read_meta(index);
    OverflowTarget target{meta.overflow_block, false};
    PageEdit edit;
    edit.begin(index, building);
    Buffer buffer = read_locked(index, kMetaBlock, BUFFER_LOCK_EXCLUSIVE);
    auto *disk = reinterpret_cast<DiskMeta *>(PageGetContents(edit.page(buffer)));
    Packed48 *head = state == VectorState::kNull ? &disk->null_rows : &disk->zero_rows;
    ListPlace place = add_to_row_list(index, edit, {info.shape, head, disk->stamp}, row, target);
    if (target.moved) disk->overflow_block = target.block;
    edit.finish();
    UnlockReleaseBuffer(place.buffer);
    UnlockReleaseBuffer(buffer);
}

void
insert_row(Relation index, const IndexInfo &info, const VectorInput &input, const NewRow &row, bool building)
{
    if (input.state != VectorState::kVector) {
        add_to_meta_list(index, info, input.state, row, building);
        return;
    }
    quant::Preparation preparation;
    const quant::Prepared &vector = preparation.prepare(info.space, input.vector);
    quant::SpaceQuery query;
    query.set(info.space, vector);

    InsertStore store;
    store.start(index, info, query, read_meta(index), building);
    Rng rng(random_seed());
    int level = graph::draw_level(rng, info.m);
    store.begin(vector, row);
    graph::InsertScratch<InsertStore> scratch;
    graph::insert(store, level, info.m, option_ef_construction(index), scratch);
    store.finish();
}

extern "C" bool
am_insert(Relation index, Datum *values, bool *is_null, ItemPointer heap_tid, Relation, IndexUniqueCheck, bool,
          struct ::IndexInfo *)
{
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "hnsw insert", ALLOCSET_DEFAULT_SIZES);
    MemoryContext old = MemoryContextSwitchTo(context);
    IndexInfo info = read_info(index);
    const OpclassInfo *opclass = opclass_info(index);
    VectorInput input = read_vector_input(is_null[0], values[0], *opclass);
    if (input.state != VectorState::kNull) check_dims(input.vector, info);
    auto *attributes = static_cast<uint8_t *>(palloc(info.shape.attribute_bytes));
    encode_attributes(info.attributes, values, is_null, attributes);
    insert_row(index, info, input, {Row::from(*heap_tid), attributes}, false);
    MemoryContextSwitchTo(old);
    MemoryContextDelete(context);
    return false;
}

}  // namespace vhnsw::am
