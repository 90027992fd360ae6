#include "pg/pg.hpp"

#include "pg/guc.hpp"

namespace vhnsw {

constinit int guc_ef_search = 40;
constinit IterativeScan guc_iterative_scan = IterativeScan::kStrictOrder;
constinit int guc_max_scan_tuples = 0;
constinit double guc_scan_mem_multiplier = 1;

namespace {

constexpr int
value(IterativeScan mode)
{
    return static_cast<int>(mode);
}

constexpr config_enum_entry kIterativeScans[] = {
    {"off", value(IterativeScan::kOff), false},
    {"relaxed_order", value(IterativeScan::kRelaxedOrder), false},
    {"strict_order", value(IterativeScan::kStrictOrder), false},
    {nullptr, 0, false},
};

}  // namespace

void
define_settings()
{
    DefineCustomIntVariable("hnsw.ef_search", "Sets how many candidates a search of an hnsw index keeps.",
                            "Higher values find more of the nearest rows and take longer.", &guc_ef_search,
                            guc_ef_search, 1, 10000, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
    DefineCustomEnumVariable(
        "hnsw.iterative_scan", "Sets whether a scan of an hnsw index returns as many rows as are asked for.",
        "\"off\" ends a scan after hnsw.ef_search rows.", reinterpret_cast<int *>(&guc_iterative_scan),
        value(guc_iterative_scan), kIterativeScans, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("hnsw.max_scan_tuples", "Sets after how many visited entries a scan of an hnsw index ends.",
                            "Zero means no limit.", &guc_max_scan_tuples, guc_max_scan_tuples, 0, INT_MAX, PGC_USERSET,
                            GUC_EXPLAIN, nullptr, nullptr, nullptr);
    DefineCustomRealVariable("hnsw.scan_mem_multiplier", "Has no effect.",
                             "Accepted for compatibility: a scan never drops what it has found.",
                             &guc_scan_mem_multiplier, guc_scan_mem_multiplier, 1, 1000, PGC_USERSET, GUC_EXPLAIN,
                             nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("hnsw");
}

}  // namespace vhnsw
