#include "am/am.hpp"
#include "am/opclass.hpp"
#include "pg/function.hpp"

namespace vhnsw::am {

// For pg_index_column_has_property(): the first column can be ordered by distance. The rest core knows by itself.
extern "C" bool
am_property(Oid, int column, IndexAMProperty property, const char *, bool *result, bool *is_null)
{
    if (column < 1 || property != AMPROP_DISTANCE_ORDERABLE) return false;
    *result = column == 1;
    *is_null = false;
    return true;
}

}  // namespace vhnsw::am

// hnswhandler(internal): what Postgres needs to know of the access method.
VHNSW_FUNCTION(vhnsw_handler)
{
    using namespace vhnsw::am;

    IndexAmRoutine *routine = makeNode(IndexAmRoutine);

    routine->amstrategies = 0;  // any number: those of filter operators mean what their classes say
    routine->amsupport = kOpclassProc;
    routine->amcanorderbyop = true;
    routine->amcanmulticol = true;
    routine->amoptionalkey = true;
    routine->amsearcharray = true;
    routine->amsearchnulls = true;
    routine->amcaninclude = true;
    routine->amusemaintenanceworkmem = true;
    routine->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL;
    routine->amkeytype = InvalidOid;
    vhnsw::allow_parallel_build(routine);

    routine->ambuild = am_build;
    routine->ambuildempty = am_build_empty;
    routine->aminsert = am_insert;
    routine->ambulkdelete = am_bulk_delete;
    routine->amvacuumcleanup = am_vacuum_cleanup;
    routine->amcostestimate = am_cost_estimate;
    routine->amoptions = am_options;
    routine->amproperty = am_property;
    routine->ambuildphasename = am_build_phase_name;
    routine->amvalidate = am_validate;
    routine->ambeginscan = am_begin_scan;
    routine->amrescan = am_rescan;
    routine->amgettuple = am_get_tuple;
    routine->amendscan = am_end_scan;
    PG_RETURN_POINTER(routine);
}
