// CREATE INDEX. Participants (one process, or a leader and parallel workers) scan the table and insert into a graph
// in memory (graph/arena_store.hpp). At the end, or when maintenance_work_mem is used up, one of them writes that
// graph to pages; what rows are left then go through the pages, like any insert but unlogged. Last, the whole index
// is logged at once.
#pragma once

#include <atomic>

#include "am/insert.hpp"
#include "graph/arena_store.hpp"

namespace vhnsw::am {

// Values of pg_stat_progress_create_index.phase, after PROGRESS_CREATEIDX_SUBPHASE_INITIALIZE.
enum BuildPhase : int64 { kPhaseLoad = 2, kPhaseWrite = 3, kPhaseInsert = 4, kPhaseLog = 5 };

// What the participants of a build share beside the arena.
struct BuildShared {
    Oid heap_id;
    Oid index_id;
    bool concurrent;
    bool parallel;
    uint32_t ef_construction;
    // 0: the graph is in memory; 1: one participant writes it; 2: rows go through the pages.
    Barrier barrier;
    std::atomic<bool> leader_loads;  // in phase 0; it does not change while phase 1 lasts
    std::atomic<uint64_t> rows;      // indexed so far, NULLs included
    double heap_rows;                // scanned by those who are done; under `mutex`
    int done;                        // participants who are done; under `mutex`
    bool broken_hot_chain;           // one of them has met a broken HOT chain; under `mutex`
    slock_t mutex;
    ConditionVariable done_changed;
};

// One participant.
struct BuildState {
    Relation heap;
    Relation index;
    struct ::IndexInfo *index_info;
    IndexInfo info;
    const OpclassInfo *opclass;
    BuildShared *shared;
    bool is_leader;
    bool in_pages;  // phase 2 of the barrier
    graph::ArenaStore arena;
    graph::InsertScratch<graph::ArenaStore> scratch;
    Rng rng{0};
    quant::Preparation preparation;
    RowInserter inserter;       // once in pages
    Vec<uint8_t> attributes;    // of the row
    MemoryContext row_context;  // reset for every row
};

// What pg_stat_progress_create_index says from now on: a phase, and how many rows or tuples it will count (0: none, or
// not known).
void show_phase(const BuildState &state, BuildPhase phase, int64 total);

// Takes part: scans (the table, or its share of `scan`) until no row is left. Returns the number of rows scanned.
double build_scan(BuildState &state, TableScanDesc scan);

// Fills what a build by one process needs of the shared part, and zeroes the rest.
void init_build_shared(BuildShared *shared, const BuildState &state);

// Prepares what is private to a participant: arena, scratch, generator.
void init_participant(BuildState &state, graph::ArenaShared *arena, graph::ArenaMemory memory);

// From now on the participant's rows go through the pages.
void enter_pages(BuildState &state);

// Writes the graph of the arena to the end of the index (build_write.cpp). Called once, when nobody inserts.
void write_graph(BuildState &state);

// Runs the build with up to `workers` workers and the leader (build_parallel.cpp). Returns false, having done
// nothing, when no worker can be had.
bool build_parallel(BuildState &leader, int workers, double *heap_rows);

// How many workers to ask for.
int plan_build_workers(Relation heap, Relation index, struct ::IndexInfo *index_info);

}  // namespace vhnsw::am
