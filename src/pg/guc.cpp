#include "pg/pg.hpp"

#include <algorithm>

#include "pg/guc.hpp"

namespace vhnsw {

constinit double guc_approximate_threshold = -1;
constinit int guc_ef_search = 40;
constinit bool guc_enable_filtered_scan = true;
constinit Strategy guc_filter_strategy = Strategy::kAuto;
constinit int guc_flat_search_cutoff = -1;
constinit IterativeScan guc_iterative_scan = IterativeScan::kStrictOrder;
constinit int guc_max_scan_tuples = 0;
constinit double guc_post_filter_threshold = -1;
constinit double guc_scan_mem_multiplier = 1;

namespace {

constexpr double kDynamicEfPerRow = 8;
constexpr double kDynamicEfMin = 100;
constexpr double kDynamicEfMax = 500;

template <typename Enum>
constexpr int
value(Enum member)
{
    return static_cast<int>(member);
}

constexpr config_enum_entry kIterativeScans[] = {
    {"off", value(IterativeScan::kOff), false},
    {"relaxed_order", value(IterativeScan::kRelaxedOrder), false},
    {"strict_order", value(IterativeScan::kStrictOrder), false},
    {nullptr, 0, false},
};

constexpr config_enum_entry kStrategies[] = {
    {"auto", value(Strategy::kAuto), false},   {"stream", value(Strategy::kStream), false},
    {"attr", value(Strategy::kAttr), false},   {"allow", value(Strategy::kAllow), false},
    {"exact", value(Strategy::kExact), false}, {nullptr, 0, false},
};

extern "C" bool
check_ef_search(int *new_value, void **, GucSource)
{
    if (*new_value != 0) return true;
    GUC_check_errdetail("The value must be between 1 and 10000, or -1.");
    return false;
}

void
define_search_settings()
{
    DefineCustomIntVariable("hnsw.ef_search", "Sets how many candidates a search of an hnsw index keeps.",
                            "Higher values find more of the nearest rows and take longer. -1 derives it from LIMIT.",
                            &guc_ef_search, guc_ef_search, -1, 10000, PGC_USERSET, GUC_EXPLAIN, check_ef_search,
                            nullptr, nullptr);
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
}

void
define_filter_settings()
{
    DefineCustomBoolVariable(
        "hnsw.enable_filtered_scan", "Enables the planner's use of searches that know a query's conditions.",
        "When off, an hnsw index is scanned as any index, and conditions are tested row by row.",
        &guc_enable_filtered_scan, guc_enable_filtered_scan, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
    DefineCustomEnumVariable("hnsw.filter_strategy", "Forces the way in which conditions take part in a search.",
                             "\"auto\" decides by cost, and again while the search runs.",
                             reinterpret_cast<int *>(&guc_filter_strategy), value(guc_filter_strategy), kStrategies,
                             PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
    DefineCustomRealVariable("hnsw.post_filter_threshold",
                             "Sets the share of rows fulfilling the conditions above which they are tested afterwards.",
                             "-1 decides by cost.", &guc_post_filter_threshold, guc_post_filter_threshold, -1, 1,
                             PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
    DefineCustomRealVariable("hnsw.approximate_threshold",
                             "Sets the share of rows fulfilling the conditions below which a search is exact.",
                             "-1 decides by cost.", &guc_approximate_threshold, guc_approximate_threshold, -1, 1,
                             PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("hnsw.flat_search_cutoff",
                            "Sets the number of rows fulfilling the conditions below which a search is exact.",
                            "-1 decides by cost.", &guc_flat_search_cutoff, guc_flat_search_cutoff, -1, INT_MAX,
                            PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
}

}  // namespace

int
effective_ef(double rows_wanted)
{
    if (guc_ef_search > 0) return guc_ef_search;
    return static_cast<int>(std::clamp(kDynamicEfPerRow * rows_wanted, kDynamicEfMin, kDynamicEfMax));
}

void
define_settings()
{
    define_search_settings();
    define_filter_settings();
    MarkGUCPrefixReserved("hnsw");
}

}  // namespace vhnsw
