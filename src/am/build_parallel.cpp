// CREATE INDEX by several processes: the set-up, as core's B-tree build does it. The arena grows in shared memory
// segments.
#include "am/build.hpp"

namespace vhnsw::am {

namespace {

constexpr uint64 kKeyShared = UINT64CONST(0x5648000000000001);
constexpr uint64 kKeyScan = UINT64CONST(0x5648000000000002);
constexpr uint64 kKeyArena = UINT64CONST(0x5648000000000003);
constexpr uint64 kKeyQuery = UINT64CONST(0x5648000000000004);

// Below this many bytes of vectors (table and TOAST) a build is over before a worker has started.
constexpr int64 kBytesPerWorker = 4 * 1024 * 1024;

// What segments of shared memory need beside the arena: their own bookkeeping, and room at their ends.
constexpr uint64_t kSegmentBytes = 4 * 1024 * 1024;

// Shared memory of the arena.
struct SharedMemory {
    LWLock lock;  // growth
    dsa_handle area;
};

struct MemoryContextOfArena {
    SharedMemory *shared;
    dsa_area *area;
};

void
lock_growth(void *context)
{
    LWLockAcquire(&static_cast<MemoryContextOfArena *>(context)->shared->lock, LW_EXCLUSIVE);
}

void
unlock_growth(void *context)
{
    LWLockRelease(&static_cast<MemoryContextOfArena *>(context)->shared->lock);
}

uint64_t
allocate_shared(void *context, size_t bytes)
{
    return dsa_allocate_extended(static_cast<MemoryContextOfArena *>(context)->area, bytes,
                                 DSA_ALLOC_HUGE | DSA_ALLOC_ZERO | DSA_ALLOC_NO_OOM);
}

void *
resolve_shared(void *context, uint64_t handle)
{
    return dsa_get_address(static_cast<MemoryContextOfArena *>(context)->area, handle);
}

graph::ArenaMemory
shared_memory(SharedMemory *shared, dsa_area *area)
{
    auto *context = static_cast<MemoryContextOfArena *>(palloc(sizeof(MemoryContextOfArena)));
    *context = {shared, area};
    return {context, lock_growth, unlock_growth, allocate_shared, resolve_shared};
}

struct ArenaSegment {
    SharedMemory memory;
    graph::ArenaShared arena;
};

// Scans and inserts as one participant, from attaching to the barrier to leaving it.
void
participate(BuildState &state, ParallelTableScanDesc parallel_scan)
{
    BuildShared *shared = state.shared;
    // Who comes late waits for the writing to be over.
    int phase = BarrierAttach(&shared->barrier);
    if (phase == 1) BarrierArriveAndWait(&shared->barrier, PG_WAIT_EXTENSION);
    if (phase > 0) enter_pages(state);
    if (phase == 0 && state.is_leader) shared->leader_loads = true;

    double rows = build_scan(state, table_beginscan_parallel(state.heap, parallel_scan));
    if (state.is_leader) shared->leader_loads = false;
    BarrierDetach(&shared->barrier);

    SpinLockAcquire(&shared->mutex);
    shared->heap_rows += rows;
    shared->done++;
    shared->broken_hot_chain |= state.index_info->ii_BrokenHotChain;
    SpinLockRelease(&shared->mutex);
    ConditionVariableSignal(&shared->done_changed);
}

double
wait_for_participants(BuildShared *shared, int participants)
{
    double rows = 0;
    for (;;) {
        SpinLockAcquire(&shared->mutex);
        bool all_done = shared->done == participants;
        rows = shared->heap_rows;
        SpinLockRelease(&shared->mutex);
        if (all_done) break;
        ConditionVariableSleep(&shared->done_changed, WAIT_EVENT_PARALLEL_CREATE_INDEX_SCAN);
    }
    ConditionVariableCancelSleep();
    return rows;
}

void
init_shared(BuildShared *shared, const BuildState &leader)
{
    init_build_shared(shared, leader);
    shared->parallel = true;
    BarrierInit(&shared->barrier, 0);
    ConditionVariableInit(&shared->done_changed);
    SpinLockInit(&shared->mutex);
}

dsa_area *
init_segment(ArenaSegment *segment, const IndexInfo &info)
{
    // A tranche of our own would have to be allocated for every build, and they are never given back.
    LWLockInitialize(&segment->memory.lock, LWTRANCHE_PARALLEL_QUERY_DSA);
    dsa_area *area = dsa_create(LWTRANCHE_PARALLEL_QUERY_DSA);
    segment->memory.area = dsa_get_handle(area);
    // The area grows by segments of up to its own size, and would reserve half as much again as is used.
    uint64_t bytes = static_cast<uint64_t>(maintenance_work_mem) * 1024;
    dsa_set_size_limit(area, bytes + bytes / 16 + kSegmentBytes);
    graph::ArenaStore::init(&segment->arena, info.space, info.shape.capacity, bytes, info.shape.attribute_bytes);
    return area;
}

int64
table_bytes(Relation heap)
{
    int64 blocks = RelationGetNumberOfBlocks(heap);
    if (OidIsValid(heap->rd_rel->reltoastrelid)) {
        Relation toast = table_open(heap->rd_rel->reltoastrelid, AccessShareLock);
        blocks += RelationGetNumberOfBlocks(toast);
        table_close(toast, AccessShareLock);
    }
    return blocks * BLCKSZ;
}

}  // namespace

int
plan_build_workers(Relation heap, Relation index, struct ::IndexInfo *index_info)
{
    if (max_parallel_maintenance_workers == 0 || heap->rd_rel->relpersistence == RELPERSISTENCE_TEMP) return 0;
    // Only the planner can tell whether expressions may run in a worker.
    if (index_info->ii_Expressions != NIL || index_info->ii_Predicate != NIL)
        return plan_create_index_workers(RelationGetRelid(heap), RelationGetRelid(index));
    int workers = RelationGetParallelWorkers(heap, -1);
    // The table itself may be small while its vectors are in TOAST: what the planner goes by does not fit.
    if (workers < 0)
        workers = static_cast<int>(Min(table_bytes(heap) / kBytesPerWorker, max_parallel_maintenance_workers));
    return Min(workers, max_parallel_maintenance_workers);
}

bool
build_parallel(BuildState &leader, int workers, double *heap_rows)
{
    EnterParallelMode();
    ParallelContext *context = CreateParallelContext("vectorhnsw", "vhnsw_build_worker", workers);
    Snapshot snapshot = leader.index_info->ii_Concurrent ? RegisterSnapshot(GetTransactionSnapshot()) : SnapshotAny;
    Size scan_size = table_parallelscan_estimate(leader.heap, snapshot);
    Size query_size = debug_query_string != nullptr ? strlen(debug_query_string) + 1 : 0;
    shm_toc_estimate_chunk(&context->estimator, sizeof(BuildShared));
    shm_toc_estimate_chunk(&context->estimator, scan_size);
    shm_toc_estimate_chunk(&context->estimator, sizeof(ArenaSegment));
    shm_toc_estimate_keys(&context->estimator, 3);
    if (query_size > 0) {
        shm_toc_estimate_chunk(&context->estimator, query_size);
        shm_toc_estimate_keys(&context->estimator, 1);
    }
    InitializeParallelDSM(context);
    bool launched = false;
    if (context->seg != nullptr) {
        auto *shared = static_cast<BuildShared *>(shm_toc_allocate(context->toc, sizeof(BuildShared)));
        init_shared(shared, leader);
        auto *scan = static_cast<ParallelTableScanDesc>(shm_toc_allocate(context->toc, scan_size));
        table_parallelscan_initialize(leader.heap, scan, snapshot);
        auto *segment = static_cast<ArenaSegment *>(shm_toc_allocate(context->toc, sizeof(ArenaSegment)));
        dsa_area *area = init_segment(segment, leader.info);
        shm_toc_insert(context->toc, kKeyShared, shared);
        shm_toc_insert(context->toc, kKeyScan, scan);
        shm_toc_insert(context->toc, kKeyArena, segment);
        if (query_size > 0) {
            char *query = static_cast<char *>(shm_toc_allocate(context->toc, query_size));
            memcpy(query, debug_query_string, query_size);
            shm_toc_insert(context->toc, kKeyQuery, query);
        }
        LaunchParallelWorkers(context);
        launched = context->nworkers_launched > 0;
        if (launched) {
            ereport(DEBUG1, (errmsg_internal("using %d parallel workers", context->nworkers_launched)));
            leader.shared = shared;
            init_participant(leader, &segment->arena, shared_memory(&segment->memory, area));
            participate(leader, scan);
            WaitForParallelWorkersToAttach(context);
            *heap_rows = wait_for_participants(shared, context->nworkers_launched + 1);
            // Older snapshots must not use the index then: core looks at this after the build.
            leader.index_info->ii_BrokenHotChain = shared->broken_hot_chain;
            if (BarrierPhase(&shared->barrier) == 0) write_graph(leader);
            // The shared segment goes; what the caller reads later is kept.
            BuildShared *kept = static_cast<BuildShared *>(palloc(sizeof(BuildShared)));
            memcpy(static_cast<void *>(kept), shared, sizeof(BuildShared));
            leader.shared = kept;
        }
        WaitForParallelWorkersToFinish(context);
        dsa_detach(area);
    }
    if (IsMVCCSnapshot(snapshot)) UnregisterSnapshot(snapshot);
    DestroyParallelContext(context);
    ExitParallelMode();
    return launched;
}

// Entry point of a worker; named in CreateParallelContext().
extern "C" __attribute__((visibility("default"))) void
vhnsw_build_worker(dsm_segment *, shm_toc *toc)
{
    debug_query_string = static_cast<char *>(shm_toc_lookup(toc, kKeyQuery, true));
    pgstat_report_activity(STATE_RUNNING, debug_query_string);
    auto *shared = static_cast<BuildShared *>(shm_toc_lookup(toc, kKeyShared, false));
    auto *segment = static_cast<ArenaSegment *>(shm_toc_lookup(toc, kKeyArena, false));
    auto *scan = static_cast<ParallelTableScanDesc>(shm_toc_lookup(toc, kKeyScan, false));

    LOCKMODE heap_lock = shared->concurrent ? ShareUpdateExclusiveLock : ShareLock;
    LOCKMODE index_lock = shared->concurrent ? RowExclusiveLock : AccessExclusiveLock;
    BuildState state{};
    state.heap = table_open(shared->heap_id, heap_lock);
    state.index = index_open(shared->index_id, index_lock);
    state.index_info = BuildIndexInfo(state.index);
    state.index_info->ii_Concurrent = shared->concurrent;
    state.info = read_info(state.index);
    state.opclass = opclass_info(state.index);
    state.shared = shared;
    dsa_area *area = dsa_attach(segment->memory.area);
    init_participant(state, &segment->arena, shared_memory(&segment->memory, area));
    participate(state, scan);
    dsa_detach(area);
    index_close(state.index, index_lock);
    table_close(state.heap, heap_lock);
}

}  // namespace vhnsw::am
