// amcostestimate. The model, its constants and where they come from: README.md, "Cost model".
#include "am/cost.hpp"

#include "am/am.hpp"
#include "am/index.hpp"
#include "am/options.hpp"
#include "pg/guc.hpp"

namespace vhnsw::am {

namespace {

// Returning k rows opens at most kOpenedPerEf * ef_search + kOpenedPerRow * k nodes (scan.cpp): the search keeps
// ahead of what it returns.
constexpr double kOpenedPerRow = 3;

// The upper layers: one for every power of m in the number of rows, and this many nodes opened on each.
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

// Opening the nodes of the upper layers. They are few enough to be always cached, and charged without I/O, as other
// access methods do with their upper pages.
Cost
descent_cost(const OpeningPrice &price, double rows)
{
    return descent_nodes(rows) * price.pages * kOpenNode * cpu_operator_cost;
}

// Opening `nodes` nodes of the lowest layer, in one of `loop_count` scans alike. Some share a page, and some pages of
// earlier scans are still in memory.
Cost
opening_cost(PlannerInfo *root, const IndexOptInfo *index, const OpeningPrice &price, double loop_count, double nodes)
{
    const double read = ceil(nodes * price.pages * loop_count);
    const double pages = index_pages_fetched(read, index->pages, index->pages, root) / loop_count;

    return pages_cost(pages, index->reltablespace, uncached_share(index)) + nodes * price.processor;
}

// Whether the planner rewrote a MIN() or MAX() to this: a subquery of one column, which has no name of its own.
bool
computes_min_or_max(const PlannerInfo *root)
{
    const PlannerInfo *parent = root->parent_root;
    if (parent == nullptr || !parent->parse->hasAggs || list_length(root->parse->targetList) != 1) return false;
    const TargetEntry *column = linitial_node(TargetEntry, root->parse->targetList);
    return column->resname != nullptr && strcmp(column->resname, "agg_target") == 0;
}

// Whether the TIDs of the relation's rows are asked for: by name, or to lock or update the rows.
bool
needs_tids(const RelOptInfo *rel)
{
    Bitmapset *columns = nullptr;
    ListCell *cell;
    pull_varattnos(reinterpret_cast<Node *>(rel->reltarget->exprs), rel->relid, &columns);
    foreach (cell, rel->baserestrictinfo)
        pull_varattnos(reinterpret_cast<Node *>(lfirst_node(RestrictInfo, cell)->clause), rel->relid, &columns);
    return bms_is_member(SelfItemPointerAttributeNumber - FirstLowInvalidHeapAttributeNumber, columns);
}

}  // namespace

bool
is_hnsw_index(const IndexOptInfo *index)
{
    return reinterpret_cast<void *>(index->amcostestimate) == reinterpret_cast<void *>(am_cost_estimate);
}

bool
is_hnsw_relation(Oid index)
{
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(index));
    if (!HeapTupleIsValid(tuple)) return false;
    const Oid method = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relam;
    ReleaseSysCache(tuple);
    const char *name = OidIsValid(method) ? get_am_name(method) : nullptr;
    return name != nullptr && strcmp(name, "hnsw") == 0;
}

bool
needs_exact_order(const PlannerInfo *root)
{
    const Query *query = root->parse;
    if (query->hasAggs || query->groupClause != NIL || query->groupingSets != NIL) return true;
    // With a LIMIT, rows that come late do not come at all.
    if (query->distinctClause != NIL && query->limitCount == nullptr) return true;
    return computes_min_or_max(root);
}

double
descent_nodes(double rows)
{
    return kOpenedPerLayer * log(Max(rows, 1.0)) / log(kTypicalM);
}

// By what the catalogue says of the index: planning a query must not depend on its pages.
OpeningPrice
opening_price(const IndexOptInfo *index)
{
    double pages = 1;
    if (!index->hypothetical) {
        Relation relation = index_open(index->indexoid, NoLock);
        const quant::ShapeWish wish = shape_wish(relation, *opclass_info(relation));
        index_close(relation, NoLock);
        pages = pages_of_opening(quant::choose_shape(wish, kNodeRoom), wish.m);
    }
    return {pages, pages * (kOpenNode + kOpenNodeByte * node_bytes_of(index)) * cpu_operator_cost};
}

double
uncached_share(const IndexOptInfo *index)
{
    const double pages = static_cast<double>(index->pages) + index->rel->pages;
    return 1 - Min(effective_cache_size / Max(pages, 1.0), 1.0);
}

Cost
pages_cost(double pages, Oid tablespace, double uncached)
{
    double random_page_cost;
    double seq_page_cost;
    get_tablespace_page_costs(tablespace, &random_page_cost, &seq_page_cost);
    const double cached = Min(seq_page_cost, random_page_cost);
    return pages * (cached + uncached * (random_page_cost - cached));
}

extern "C" void
am_cost_estimate(PlannerInfo *root, IndexPath *path, double loop_count, Cost *startup_cost, Cost *total_cost,
                 Selectivity *selectivity, double *correlation, double *pages)
{
    IndexOptInfo *index = path->indexinfo;

    // Rows, selectivity (of the predicate of a partial index) as for any index; the costs are our own.
    GenericCosts generic = {};
    genericcostestimate(root, path, loop_count, &generic);
    *selectivity = generic.indexSelectivity;
    *correlation = 0;
    *pages = index->pages;

    // A lock on a row whose TID was forgotten damages the table.
    const bool forgets = index_scans_forget_tids() && needs_tids(index->rel);
    if (list_length(path->indexorderbys) != 1 || needs_exact_order(root) || forgets) {
        disable_path(&path->path);
        *startup_cost = *total_cost = kProhibitive;
        return;
    }

    // All rows are searched for those that fulfil the index's own conditions.
    const double searched = Max(index->tuples, 1.0);
    const double returned = Max(generic.indexSelectivity * index->rel->tuples, 1.0);
    const double ahead = Min(kOpenedPerEf * effective_ef(0), searched);

    // The executor computes the distance of every row, and the query vector once.
    QualCost distance;
    cost_qual_eval(&distance, path->indexorderbys, root);

    const OpeningPrice price = opening_price(index);
    const Cost begin = distance.startup + descent_cost(price, searched);
    *startup_cost = begin + opening_cost(root, index, price, loop_count, ahead);
    *total_cost = begin + opening_cost(root, index, price, loop_count, ahead + kOpenedPerRow * searched) +
                  returned * (distance.per_tuple + cpu_index_tuple_cost);
}

}  // namespace vhnsw::am
