// amcostestimate. The model, its constants and where they come from: README.md, "Cost model".
#include "am/am.hpp"
#include "pg/guc.hpp"

namespace vhnsw::am {

namespace {

// Returning k rows opens at most kOpenedPerEf * ef_search + kOpenedPerRow * k nodes (scan.cpp): the search keeps
// ahead of what it returns.
constexpr double kOpenedPerEf = 1.5;
constexpr double kOpenedPerRow = 3;

// The upper layers: one for every power of m in the number of rows, and this many nodes opened on each. They are few
// enough to be always cached, and charged without I/O, as other access methods do with their upper pages.
constexpr double kOpenedPerLayer = 2.5;
constexpr double kTypicalM = 16;

// Processor time of opening a node, in units of cpu_operator_cost: fixed, and for every byte of the node. The codes
// that are compared make up nearly all of a node.
constexpr double kOpenNode = 100;
constexpr double kOpenNodeByte = 1.0 / 32;

// Above every cost there is, and yet finite: the planner subtracts costs from one another.
constexpr Cost kProhibitive = 1e100;

double
node_bytes_of(const IndexOptInfo *index)
{
    return Min(static_cast<double>(index->pages) / Max(index->tuples, 1.0), 1.0) * BLCKSZ;
}

// Cost of opening `nodes` nodes of the lowest layer, one scan of `loop_count` alike. Some share a page, and some pages
// of earlier scans are still in memory.
Cost
opening_cost(PlannerInfo *root, const IndexPath *path, double loop_count, double random_page_cost, double nodes)
{
    const IndexOptInfo *index = path->indexinfo;
    double pages = index_pages_fetched(ceil(nodes * loop_count), index->pages, index->pages, root) / loop_count;

    return pages * random_page_cost + nodes * (kOpenNode + kOpenNodeByte * node_bytes_of(index)) * cpu_operator_cost;
}

}  // namespace

extern "C" void
am_cost_estimate(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
                 Selectivity *selectivity, double *correlation, double *pages)
{
    IndexOptInfo *index = path->indexinfo;

    // Rows, selectivity (of the predicate of a partial index) and page costs as for any index; the costs are our own.
    GenericCosts generic = {};
    genericcostestimate(root, path, loop_count, &generic);
    *selectivity = generic.indexSelectivity;
    *correlation = 0;
    *pages = index->pages;

    if (list_length(path->indexorderbys) != 1) {
        disable_path(&path->path);
        *startup_cost = *total_cost = kProhibitive;
        return;
    }

    const double rows = Max(generic.numIndexTuples, 1.0);
    const double layers = log(rows) / log(kTypicalM);
    const double ahead = Min(kOpenedPerEf * guc_ef_search, rows);
    const Cost descent = layers * kOpenedPerLayer * kOpenNode * cpu_operator_cost;
    const Cost random_page_cost = generic.spc_random_page_cost;

    // The executor computes the distance of every row, and the query vector once.
    QualCost distance;
    cost_qual_eval(&distance, path->indexorderbys, root);

    *startup_cost = distance.startup + descent + opening_cost(root, path, loop_count, random_page_cost, ahead);
    *total_cost = distance.startup + descent +
                  opening_cost(root, path, loop_count, random_page_cost, ahead + kOpenedPerRow * rows) +
                  rows * (distance.per_tuple + cpu_index_tuple_cost);
}

}  // namespace vhnsw::am
