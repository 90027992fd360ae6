// What Postgres calls when it loads the module.
#include "pg/pg.hpp"

#include "am/options.hpp"
#include "kernel/kernel.hpp"
#include "pg/guc.hpp"
#include "plan/plan.hpp"

extern "C" {

VHNSW_MODULE_MAGIC;

PGDLLEXPORT void
_PG_init()
{
    vhnsw::kernel::select_kernels();
    vhnsw::define_settings();
    vhnsw::am::define_options();
    vhnsw::plan::define_plan();
    vhnsw::plan::define_unused_distance();
}

}  // extern "C"
