#include "am/build.hpp"

#include "am/am.hpp"
#include "am/insert.hpp"
#include "am/options.hpp"
#include "pg/random.hpp"

namespace vhnsw::am {

namespace {

// Every build of the same rows in the same order by one process gives the same index.
constexpr uint64_t kRotationSeed = 0x5EED0F0A11D1A6E5;
constexpr uint64_t kLevelSeed = 0x1E7E15;

// Between two looks at the progress. A record of WAL holds up to 32 pages.
constexpr BlockNumber kBlocksPerLogStep = 256;

// --- private memory for a build by one process ---

void
no_lock(void *)
{
}

uint64_t
allocate_private(void *context, size_t bytes)
{
    return reinterpret_cast<uint64_t>(
        MemoryContextAllocExtended(static_cast<MemoryContext>(context), bytes, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
}

void *
resolve_private(void *, uint64_t handle)
{
    return reinterpret_cast<void *>(handle);
}

// --- one row ---

bool
insert_in_memory(BuildState &state, const VectorInput &input, const NewRow &row)
{
    if (input.state != VectorState::kVector) {
        graph::LooseRows list = input.state == VectorState::kNull ? graph::kNullRows : graph::kZeroRows;
        return state.arena.add_loose_row(list, row.row, row.attributes);
    }
    const quant::Prepared &vector = state.preparation.prepare(state.info.space, input.vector);
    int level = graph::draw_level(state.rng, state.info.m);
    if (!state.arena.begin(vector, row.row, level, row.attributes)) return false;
    graph::insert(state.arena, level, state.info.m, state.shared->ef_construction, state.scratch);
    return true;
}

// The number of rows in the table, as the planner estimates it.
double
expected_rows(Relation heap)
{
    BlockNumber pages;
    double rows, all_visible;
    estimate_rel_size(heap, nullptr, &pages, &rows, &all_visible);
    return rows;
}

// The memory that the graph of all rows would take, in megabytes; 0 where it is not known how many there will be.
uint64_t
megabytes_for_all(BuildState &state)
{
    if (state.index_info->ii_Predicate != NIL) return 0;
    double bytes = static_cast<double>(state.arena.shared()->bytes_used.load());
    double rows = static_cast<double>(Max(state.shared->rows.load(), 1));
    double share = Max(expected_rows(state.heap) / rows, 1.0);
    // Chunks that are not full yet, and rows that take more than those before.
    return static_cast<uint64_t>(1.1 * share * bytes / (1024 * 1024)) + 1;
}

void
report_full_memory(BuildState &state)
{
    const uint64_t megabytes = megabytes_for_all(state);
    ereport(NOTICE, (errmsg("hnsw graph no longer fits into maintenance_work_mem after %llu tuples",
                            static_cast<unsigned long long>(state.shared->rows.load())),
                     errdetail("The remaining rows are inserted through the pages, which takes longer."),
                     megabytes > 0 ? errhint("About %llu MB of maintenance_work_mem would hold the graph of all rows.",
                                             static_cast<unsigned long long>(megabytes))
                                   : errhint("Increase maintenance_work_mem to speed up builds.")));
}

// Whether this participant writes the graph: the leader, whose progress is shown, unless it has no more rows.
bool
meet_to_write(BuildState &state)
{
    if (!state.shared->parallel) return true;
    bool elected = BarrierArriveAndWait(&state.shared->barrier, PG_WAIT_EXTENSION);
    return state.shared->leader_loads ? state.is_leader : elected;
}

// The arena is full. All participants meet, one of them writes the graph, and all go on through the pages.
void
leave_memory(BuildState &state)
{
    if (meet_to_write(state)) {
        report_full_memory(state);
        write_graph(state);
    }
    if (state.shared->parallel) BarrierArriveAndWait(&state.shared->barrier, PG_WAIT_EXTENSION);
    enter_pages(state);
    show_phase(state, kPhaseInsert, static_cast<int64>(expected_rows(state.heap)));
}

void
add_row(Relation, ItemPointer tid, Datum *values, bool *is_null, bool, void *opaque)
{
    BuildState &state = *static_cast<BuildState *>(opaque);
    MemoryContext old = MemoryContextSwitchTo(state.row_context);
    VectorInput input = read_vector_input(is_null[0], values[0], *state.opclass);
    if (input.state != VectorState::kNull) check_dims(input.vector, state.info);
    encode_attributes(state.info.attributes, values, is_null, state.attributes.data());
    NewRow row = {Row::from(*tid), state.attributes.data()};
    MemoryContextSwitchTo(old);

    // What insertions allocate outlives the row.
    if (!state.in_pages && !insert_in_memory(state, input, row)) leave_memory(state);
    if (state.in_pages) state.inserter.insert(input, row);
    MemoryContextReset(state.row_context);
    uint64_t rows = state.shared->rows.fetch_add(1, std::memory_order_relaxed) + 1;
    if (state.is_leader) pgstat_progress_update_param(PROGRESS_CREATEIDX_TUPLES_DONE, static_cast<int64>(rows));
}

void
check_columns(Relation index, const OpclassInfo &opclass)
{
    for (int i = 2; i <= IndexRelationGetNumberOfKeyAttributes(index); i++)
        if (OidIsValid(index_getprocid(index, static_cast<AttrNumber>(i), kOpclassProc)))
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("only the first column of an hnsw index can be a vector"),
                            errhint("Create an index for each of the vectors.")));
    const Form_pg_attribute column = TupleDescAttr(index->rd_att, 0);
    // Without a limit of its length, unlike bit(n), to which the operators are the same.
    if (column->atttypid == VARBITOID)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("type not supported for hnsw index")));
    int dims = column->atttypmod;
    if (dims < 0) ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("column does not have dimensions")));
    if (dims > opclass.max_dims)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("column cannot have more than %d dimensions for hnsw index", opclass.max_dims)));
}

[[noreturn]] void
report_too_wide(Relation index, const IndexInfo &info, const quant::ShapeWish &wish)
{
    uint32_t most = quant::most_attribute_bytes(wish, kNodeRoom, info.attributes.hint_bytes);
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("columns of index \"%s\" are too wide: %u bytes a row beside the vector, of at most %u",
                           RelationGetRelationName(index), info.attributes.row_bytes, most)));
    pg_unreachable();
}

IndexInfo
new_index_info(Relation index, const OpclassInfo &opclass)
{
    const quant::ShapeWish wish = shape_wish(index, opclass);
    AttributeLayout attributes = attribute_layout(index);
    IndexInfo info = {static_cast<uint16_t>(wish.m),
                      kRotationSeed,
                      quant::choose_shape(wish, kNodeRoom, {attributes.row_bytes, attributes.hint_bytes}),
                      {},
                      attributes};
    if (info.shape.capacity == 0) report_too_wide(index, info, wish);
    info.space = space_of(opclass.metric, info.shape, info.seed);
    return info;
}

void
create_metapage(Relation index, const IndexInfo &info, ForkNumber fork)
{
    Buffer buffer = ReadBufferExtended(index, fork, P_NEW, RBM_ZERO_AND_LOCK, nullptr);
    Assert(BufferGetBlockNumber(buffer) == kMetaBlock);
    init_meta(BufferGetPage(buffer), info);
    START_CRIT_SECTION();
    MarkBufferDirty(buffer);
    // The init fork is what a crash leaves of an unlogged index: it is logged, which generic WAL would not do.
    if (fork == INIT_FORKNUM) log_newpage_buffer(buffer, true);
    END_CRIT_SECTION();
    UnlockReleaseBuffer(buffer);
}

void
log_index(Relation index)
{
    constexpr int params[] = {PROGRESS_CREATEIDX_SUBPHASE, PROGRESS_CREATEIDX_TUPLES_TOTAL,
                              PROGRESS_CREATEIDX_TUPLES_DONE, PROGRESS_SCAN_BLOCKS_TOTAL, PROGRESS_SCAN_BLOCKS_DONE};
    const BlockNumber blocks = RelationGetNumberOfBlocks(index);
    const int64 values[] = {kPhaseLog, 0, 0, blocks, 0};
    pgstat_progress_update_multi_param(lengthof(params), params, values);
    for (BlockNumber done = 0; done < blocks;) {
        BlockNumber end = Min(done + kBlocksPerLogStep, blocks);
        log_newpage_range(index, MAIN_FORKNUM, done, end, true);
        done = end;
        pgstat_progress_update_param(PROGRESS_SCAN_BLOCKS_DONE, done);
    }
}

double
build_alone(BuildState &state)
{
    auto *shared = static_cast<BuildShared *>(palloc(sizeof(BuildShared)));
    init_build_shared(shared, state);
    state.shared = shared;
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "hnsw build graph", ALLOCSET_DEFAULT_SIZES);
    auto *arena = static_cast<graph::ArenaShared *>(MemoryContextAlloc(memory, sizeof(graph::ArenaShared)));
    graph::ArenaStore::init(arena, state.info.space, state.info.shape.capacity,
                            static_cast<uint64_t>(maintenance_work_mem) * 1024, state.info.shape.attribute_bytes);
    init_participant(state, arena, {memory, no_lock, no_lock, allocate_private, resolve_private});
    double rows = build_scan(state, nullptr);
    if (!state.in_pages) write_graph(state);
    MemoryContextDelete(memory);
    return rows;
}

}  // namespace

void
init_build_shared(BuildShared *shared, const BuildState &state)
{
    memset(static_cast<void *>(shared), 0, sizeof(*shared));
    shared->heap_id = RelationGetRelid(state.heap);
    shared->index_id = RelationGetRelid(state.index);
    shared->concurrent = state.index_info->ii_Concurrent;
    shared->ef_construction = option_ef_construction(state.index);
}

void
init_participant(BuildState &state, graph::ArenaShared *arena, graph::ArenaMemory memory)
{
    state.arena.attach(arena, memory, state.info.space);
    state.attributes.resize(state.info.shape.attribute_bytes);
    state.row_context = AllocSetContextCreate(CurrentMemoryContext, "hnsw build row", ALLOCSET_DEFAULT_SIZES);
    state.rng = Rng(kLevelSeed + (state.is_leader ? 0 : random_seed()));
}

void
enter_pages(BuildState &state)
{
    state.in_pages = true;
    state.inserter.init(state.index, true);
}

void
show_phase(const BuildState &state, BuildPhase phase, int64 total)
{
    constexpr int params[] = {PROGRESS_CREATEIDX_SUBPHASE, PROGRESS_CREATEIDX_TUPLES_TOTAL,
                              PROGRESS_CREATEIDX_TUPLES_DONE};
    const int64 values[] = {phase, total, 0};

    if (state.is_leader) pgstat_progress_update_multi_param(lengthof(params), params, values);
}

double
build_scan(BuildState &state, TableScanDesc scan)
{
    return table_index_build_scan(state.heap, state.index, state.index_info, true, state.is_leader, add_row, &state,
                                  scan);
}

extern "C" IndexBuildResult *
am_build(Relation heap, Relation index, struct ::IndexInfo *index_info)
{
    BuildState state{};
    state.heap = heap;
    state.index = index;
    state.index_info = index_info;
    state.opclass = opclass_info(index);
    state.is_leader = true;
    check_columns(index, *state.opclass);
    check_options(index, *state.opclass);
    state.info = new_index_info(index, *state.opclass);
    create_metapage(index, state.info, MAIN_FORKNUM);

    show_phase(state, kPhaseLoad, static_cast<int64>(expected_rows(heap)));
    double heap_rows = 0;
    int workers = plan_build_workers(heap, index, index_info);
    if (workers == 0 || !build_parallel(state, workers, &heap_rows)) heap_rows = build_alone(state);

    if (RelationNeedsWAL(index)) log_index(index);
    auto *result = static_cast<IndexBuildResult *>(palloc(sizeof(IndexBuildResult)));
    result->heap_tuples = heap_rows;
    result->index_tuples = static_cast<double>(state.shared->rows.load());
    return result;
}

extern "C" void
am_build_empty(Relation index)
{
    const OpclassInfo *opclass = opclass_info(index);
    check_columns(index, *opclass);
    create_metapage(index, new_index_info(index, *opclass), INIT_FORKNUM);
}

extern "C" char *
am_build_phase_name(int64 phase)
{
    switch (phase) {
        case PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE: return const_cast<char *>("initializing");
        case kPhaseLoad: return const_cast<char *>("loading rows into memory");
        case kPhaseWrite: return const_cast<char *>("writing pages");
        case kPhaseInsert: return const_cast<char *>("inserting rows through pages");
        case kPhaseLog: return const_cast<char *>("logging pages");
        default: return nullptr;
    }
}

}  // namespace vhnsw::am
