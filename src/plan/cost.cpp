#include "plan/cost.hpp"

#include <algorithm>
#include <initializer_list>

#include "am/cost.hpp"
#include "plan/budget.hpp"

namespace vhnsw::plan {

namespace {

// Rows that pass may lie away from the query, which statistics do not know: a search without a filter then tests more
// of them than their share says.
constexpr double kAway = 1.5;

// A search without a filter opens this many nodes per row that comes out of it, from the lead it begins with on.
constexpr double kOpenedPerStreamed = 1.4;

// Processor time in units of cpu_operator_cost (5 ns), everything in memory. Fetching a row by its address in no
// order; in the order of the table, per row and per block; a bitmap, per row that it names and per block of the table
// in it; one block of a sequential scan. Measured: README.md, "Calibration".
constexpr double kFetchRow = 120;
constexpr double kFetchRowInOrder = 20;
constexpr double kFetchBlockInOrder = 100;
constexpr double kBitmapRow = 4;
constexpr double kBitmapBlock = 80;
constexpr double kScanBlock = 60;

constexpr double kRowsWhenGuessed = 30;

// Rows within a distance bound. Whoever asks for a radius has a number of answers in mind rather than a share of the
// table, so it grows with the table, but slower. Where there are more, the node finds out and measures all rows.
constexpr double kBoundExponent = 0.5;

// Of two plans that do the same, the one that can change its mind is worth a little more than the 1 % that the
// planner takes for equal. To get all rows there is nothing to change it for, and core's sort is always exact.
constexpr double kAdaptive = 0.97;
constexpr double kUnordered = 1.0001;

// What a strategy does to deliver some number of rows.
struct Work {
    double nodes = 0;         // opened
    double rows = 0;          // fetched in no order
    double rows_ordered = 0;  // fetched in the order of the table
    double distances = 0;     // computed
    double rows_wanted = 0;   // in the end
    bool bitmap = false;
};

struct Model {
    const SearchOptions &options;
    double index_rows = 0;
    double passing = 0;       // share of them that fulfils all conditions but the bound
    double answers = 0;       // rows that also are within the bound
    double attr_share = 0;    // share that passes the conditions on the index's columns
    double bitmap_share = 1;  // share that is in the bitmap
    double bitmap_rows = 0;
    double bitmap_blocks = 0;
    double uncached = 0;  // share of page accesses that have to wait for the disk
    am::OpeningPrice opening = {};
    QualCost distance = {};
    Cost bound_condition = 0;  // of testing the bound for one row
    bool wants_all = false;    // rows that fulfil the conditions, however far away
};

// Of testing all conditions of a row but the bound: the node knows the distance when it gets there.
Cost
conditions_cost(const Model &model)
{
    return Max(model.options.rel->baserestrictcost.per_tuple - model.bound_condition, 0);
}

double
share_of_index(const Model &model, double table_share)
{
    return std::clamp(table_share, model.passing, 1.0);
}

// Distinct blocks of the table that hold so many random rows (Mackert and Lohman; without the cache).
double
blocks_with(const RelOptInfo *rel, double rows)
{
    const double pages = Max(rel->pages, 1.0);
    return Min(2 * pages * rows / (2 * pages + rows), pages);
}

double
rows_fulfilling_conditions(const SearchOptions &options)
{
    if (options.bound == nullptr) return options.rel->rows;
    List *others = NIL;
    ListCell *cell;
    foreach (cell, options.rel->baserestrictinfo)
        if (lfirst(cell) != options.bound) others = lappend(others, lfirst(cell));
    return clamp_row_est(options.rel->tuples * clauselist_selectivity(options.root, others, 0, JOIN_INNER, nullptr));
}

double
attr_selectivity(const SearchOptions &options)
{
    List *conditions = NIL;
    ListCell *cell;
    foreach (cell, options.path->indexclauses) conditions = lappend(conditions, lfirst_node(IndexClause, cell)->rinfo);
    return clauselist_selectivity(options.root, conditions, static_cast<int>(options.rel->relid), JOIN_INNER, nullptr);
}

Model
make_model(const SearchOptions &options)
{
    const IndexOptInfo *index = options.path->indexinfo;
    const RelOptInfo *rel = options.rel;
    Model model = {.options = options};

    model.index_rows = Max(index->tuples, 1.0);
    model.passing = std::clamp(rows_fulfilling_conditions(options) / model.index_rows, 1e-9, 1.0);
    model.answers = model.passing * model.index_rows;
    if (options.bound != nullptr) model.answers = Max(model.passing * pow(model.index_rows, kBoundExponent), 1.0);
    model.attr_share = share_of_index(model, attr_selectivity(options));
    if (options.bitmap != nullptr) {
        Cost cost;
        Selectivity selectivity;
        cost_bitmap_tree_node(options.bitmap->bitmapqual, &cost, &selectivity);
        model.bitmap_share = share_of_index(model, selectivity);
        model.bitmap_rows = clamp_row_est(selectivity * rel->tuples);
        model.bitmap_blocks = blocks_with(rel, model.bitmap_rows);
    }
    model.uncached = am::uncached_share(index);
    model.opening = am::opening_price(index);
    cost_qual_eval(&model.distance, options.path->indexorderbys, options.root);
    if (options.bound != nullptr) {
        QualCost cost;
        cost_qual_eval(&cost, list_make1(const_cast<RestrictInfo *>(options.bound)), options.root);
        model.bound_condition = cost.per_tuple;
    }
    model.wants_all = options.bound == nullptr && options.rows_wanted == 0 && options.root->tuple_fraction == 0;
    return model;
}

Work
filtered_work(const Model &model, double share, double rows_wanted)
{
    const double surfacing = rows_wanted * share / model.passing;
    const double nodes = filtered_search_price(model.index_rows, share, surfacing, effective_ef(rows_wanted));
    return {
        .nodes = Min(nodes, model.index_rows), .rows = surfacing, .distances = surfacing, .rows_wanted = rows_wanted};
}

Work
work_of(const Model &model, Strategy strategy, double rows_wanted)
{
    Work work = {.rows_wanted = rows_wanted};
    switch (strategy) {
        case Strategy::kAttr: return filtered_work(model, model.attr_share, rows_wanted);
        case Strategy::kAllow:
            work = filtered_work(model, Min(model.attr_share, model.bitmap_share), rows_wanted);
            work.bitmap = true;
            return work;
        case Strategy::kExact:
            work.bitmap = true;
            work.rows_ordered = model.bitmap_rows;
            work.distances = model.passing * model.index_rows;
            return work;
        default:
            // Conditions are tested before the distance is computed.
            work.rows = Min(kAway * rows_wanted / model.passing, model.index_rows);
            work.nodes = Min(am::descent_nodes(model.index_rows) +
                                 Max(am::kOpenedPerEf * effective_ef(rows_wanted), kOpenedPerStreamed * work.rows),
                             model.index_rows);
            work.distances = rows_wanted;
            return work;
    }
}

double
random_page_cost_of(Oid tablespace)
{
    double cost;
    get_tablespace_page_costs(tablespace, &cost, nullptr);
    return cost;
}

double
seq_page_cost_of(Oid tablespace)
{
    double cost;
    get_tablespace_page_costs(tablespace, nullptr, &cost);
    return cost;
}

// What the work takes, as far as can be told: processor time, and the disk for what does not fit into the cache. This
// is what strategies are compared by, and what the node counts in.
Cost
node_price(const Model &model)
{
    const IndexOptInfo *index = model.options.path->indexinfo;
    return model.opening.processor + model.opening.pages * model.uncached * random_page_cost_of(index->reltablespace);
}

Cost
fetch_price(const Model &model)
{
    return kFetchRow * cpu_operator_cost + conditions_cost(model) +
           model.uncached * random_page_cost_of(model.options.rel->reltablespace);
}

Cost
fetch_in_order_price(const Model &model)
{
    const Cost block =
        kFetchBlockInOrder * cpu_operator_cost + model.uncached * random_page_cost_of(model.options.rel->reltablespace);
    return kFetchRowInOrder * cpu_operator_cost + conditions_cost(model) +
           block * model.bitmap_blocks / Max(model.bitmap_rows, 1.0);
}

Cost
bitmap_price(const Model &model)
{
    return (kBitmapRow * model.bitmap_rows + kBitmapBlock * model.bitmap_blocks) * cpu_operator_cost;
}

Cost
table_price(const Model &model)
{
    const RelOptInfo *rel = model.options.rel;
    return rel->pages * (kScanBlock * cpu_operator_cost + model.uncached * seq_page_cost_of(rel->reltablespace)) +
           rel->tuples * (cpu_tuple_cost + conditions_cost(model)) +
           model.passing * model.index_rows * model.distance.per_tuple;
}

Cost
price_of(const Model &model, const Work &work)
{
    return work.nodes * node_price(model) + work.rows * fetch_price(model) +
           work.rows_ordered * fetch_in_order_price(model) + work.distances * model.distance.per_tuple +
           (work.bitmap ? bitmap_price(model) : 0);
}

// The cost of the work in the planner's convention, comparable with the paths that it makes itself.
Cost
planner_cost(const Model &model, const Work &work)
{
    const SearchOptions &options = model.options;
    const IndexOptInfo *index = options.path->indexinfo;
    const RelOptInfo *rel = options.rel;
    Cost cost = model.distance.startup + rel->baserestrictcost.startup;
    if (work.nodes > 0) {
        const double pages =
            index_pages_fetched(work.nodes * model.opening.pages, index->pages, index->pages, options.root);
        cost += work.nodes * model.opening.processor + am::pages_cost(pages, index->reltablespace, model.uncached);
    }
    if (work.rows > 0)
        cost += am::pages_cost(index_pages_fetched(work.rows, rel->pages, index->pages, options.root),
                               rel->reltablespace, model.uncached) +
                work.rows * (cpu_tuple_cost + conditions_cost(model));
    if (work.rows_ordered > 0) {
        cost += options.bitmap->path.total_cost - work.rows_ordered * model.bound_condition;
    } else if (work.bitmap) {
        Cost tree;
        Selectivity selectivity;
        cost_bitmap_tree_node(options.bitmap->bitmapqual, &tree, &selectivity);
        cost += tree;
    }
    // Putting them in order costs what core's sort does.
    const double comparisons = work.distances * log2(Max(Min(work.distances, 2 * work.rows_wanted), 2.0));
    return cost + work.distances * model.distance.per_tuple + 2 * cpu_operator_cost * comparisons;
}

Strategy
without_bitmap(const Model &model)
{
    return model.options.path->indexclauses != NIL ? Strategy::kAttr : Strategy::kStream;
}

// The cheapest of the strategies that the settings leave. kExact without a bitmap stands for no plan of this kind at
// all.
Strategy
choose_strategy(const Model &model, double rows_wanted)
{
    const SearchOptions &options = model.options;
    if (options.forced != Strategy::kAuto) return options.forced;
    const bool few_rows = guc_flat_search_cutoff >= 0 && model.passing * model.index_rows < guc_flat_search_cutoff;
    if (few_rows || (guc_approximate_threshold >= 0 && model.passing < guc_approximate_threshold))
        return Strategy::kExact;
    if (guc_post_filter_threshold >= 0 && model.passing > guc_post_filter_threshold) return Strategy::kStream;

    Strategy best = without_bitmap(model);
    if (options.bitmap == nullptr) return best;
    for (Strategy other : {Strategy::kAllow, Strategy::kExact})
        if (price_of(model, work_of(model, other, rows_wanted)) < price_of(model, work_of(model, best, rows_wanted)))
            best = other;
    return best;
}

// The node may end up with any strategy, whatever it began with.
Cost
expected_cost(const Model &model, Strategy strategy, double rows_wanted)
{
    Cost cost = planner_cost(model, work_of(model, strategy, rows_wanted));
    if (model.options.forced != Strategy::kAuto || model.options.bitmap == nullptr) return cost;
    for (Strategy other : {without_bitmap(model), Strategy::kAllow, Strategy::kExact})
        cost = Min(cost, planner_cost(model, work_of(model, other, rows_wanted)));
    return cost * (model.wants_all ? 1 / kAdaptive : kAdaptive);
}

// The rows that will be asked for, as far as the planner knows.
double
rows_asked_for(const Model &model)
{
    const PlannerInfo *root = model.options.root;
    double rows = model.answers;
    if (model.options.rows_wanted > 0)
        rows = model.options.rows_wanted;
    else if (root->tuple_fraction >= 1)
        rows = root->tuple_fraction;
    else if (root->tuple_fraction > 0)
        rows = root->tuple_fraction * model.answers;
    return std::clamp(rows, Min(1.0, model.answers), model.answers);
}

// The rows to choose a strategy for. Where the planner assumes a share of all rows (LIMIT $1, cursors), far fewer may
// be asked for. A stream costs nothing before its rows and can be left for the bitmap; the bitmap cannot be left.
double
rows_to_begin_with(const Model &model, double rows_asked_for)
{
    const bool guessed = model.options.rows_wanted == 0 && model.options.root->tuple_fraction > 0 &&
                         model.options.root->tuple_fraction < 1;
    return guessed ? Min(rows_asked_for, kRowsWhenGuessed) : rows_asked_for;
}

// The planner takes what lies between startup and total for proportional to the rows: so that it comes out right for
// the rows asked for, and for all of them.
SearchPrice
shape(const Model &model, Strategy strategy, double rows_wanted)
{
    const double all = Max(model.options.rel->rows, 1.0);
    const Cost first = expected_cost(model, strategy, Min(1.0, model.answers));
    Cost total = Max(expected_cost(model, strategy, model.answers), first);
    // Never a cheap way to get rows without order: core tries its own sort above the cheapest path alone.
    if (model.options.bitmap != nullptr) total = Max(total, kUnordered * model.options.bitmap->path.total_cost);
    const double fraction = Min(rows_wanted / all, 1.0);
    if (fraction >= 1) return {first, total};
    const Cost wanted = expected_cost(model, strategy, rows_wanted);
    return {std::clamp((wanted - total * fraction) / (1 - fraction), Min(first, total), total), total};
}

}  // namespace

SearchPrice
price_search(const SearchOptions &options, PlannedSearch *search)
{
    const Model model = make_model(options);
    const double rows_wanted = rows_asked_for(model);

    search->strategy = choose_strategy(model, rows_to_begin_with(model, rows_wanted));
    search->index_rows = model.index_rows;
    search->share = search->strategy == Strategy::kAttr ? model.attr_share : Min(model.attr_share, model.bitmap_share);
    search->bitmap_share = model.bitmap_share;
    search->residual = Min(model.passing / search->share, 1.0);
    search->rows_wanted = options.rows_wanted;
    search->fetch_price = fetch_price(model) / node_price(model);
    search->row_price = search->fetch_price + model.distance.per_tuple / node_price(model);
    search->table_price = table_price(model) / node_price(model);
    search->bitmap_price = options.bitmap != nullptr ? bitmap_price(model) / node_price(model) : 0;
    if (search->strategy == Strategy::kExact && options.bitmap == nullptr) return {};
    return shape(model, search->strategy, rows_wanted);
}

}  // namespace vhnsw::plan
