// The callbacks of the access method and where each is defined.
#pragma once

#include "pg/pg.hpp"

namespace vhnsw::am {

extern "C" {

// build.cpp
IndexBuildResult *am_build(Relation heap, Relation index, ::IndexInfo *info);
void am_build_empty(Relation index);
char *am_build_phase_name(int64 phase);

// insert.cpp
bool am_insert(Relation index, Datum *values, bool *nulls, ItemPointer tid, Relation heap,
               IndexUniqueCheck check_unique, bool index_unchanged, ::IndexInfo *info);

// vacuum.cpp
IndexBulkDeleteResult *am_bulk_delete(IndexVacuumInfo *info, IndexBulkDeleteResult *stats,
                                      IndexBulkDeleteCallback callback, void *callback_state);
IndexBulkDeleteResult *am_vacuum_cleanup(IndexVacuumInfo *info, IndexBulkDeleteResult *stats);

// cost.cpp
void am_cost_estimate(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
                      Selectivity *selectivity, double *correlation, double *pages);

// handler.cpp
bool am_property(Oid index, int column, IndexAMProperty property, const char *name, bool *result, bool *is_null);

// options.cpp
bytea *am_options(Datum reloptions, bool validate);

// validate.cpp
bool am_validate(Oid opclass);

// scan.cpp
IndexScanDesc am_begin_scan(Relation index, int keys, int order_bys);
void am_rescan(IndexScanDesc scan, ScanKey keys, int key_count, ScanKey order_bys, int order_by_count);
bool am_get_tuple(IndexScanDesc scan, ScanDirection direction);
void am_end_scan(IndexScanDesc scan);

}  // extern "C"

}  // namespace vhnsw::am
