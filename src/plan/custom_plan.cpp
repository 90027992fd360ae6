// From the custom path to the plan: PlanCustomPath, and what is kept in the plan.
#include "plan/paths.hpp"

namespace vhnsw::plan {

namespace {

// With an exponent: a worker of a parallel query reads the plan from text, and takes "10" for an integer.
Node *
encode_double(double value)
{
    return reinterpret_cast<Node *>(makeFloat(psprintf("%.17e", value)));
}

double
decode_double(const List *list, int position)
{
    return floatVal(list_nth(list, position));
}

int
decode_int(const List *list, int position)
{
    return intVal(list_nth(list, position));
}

// Conditions that do not depend on the row sit in a Result above the scan.
Plan *
below_results(void *plan)
{
    Plan *below = static_cast<Plan *>(plan);
    while (IsA(below, Result)) below = outerPlan(below);
    return below;
}

// A copy of LIMIT's or OFFSET's expression for the node to evaluate once more.
void *
copy_of_limit(Node *expression)
{
    if (expression == nullptr || contain_volatile_functions(expression)) return nullptr;
    return copyObject(expression);
}

// LIMIT counts the relation's rows: no joins, and nothing above that makes one row of several, or several of one.
bool
limit_is_about(const PlannerInfo *root, const RelOptInfo *rel)
{
    const Query *query = root->parse;
    return is_whole_query(root, rel) && !query->hasAggs && !query->hasWindowFuncs && !query->hasTargetSRFs &&
           query->groupClause == NIL && query->groupingSets == NIL && query->distinctClause == NIL &&
           query->havingQual == nullptr && query->setOperations == nullptr;
}

List *
collect_expressions(const PlannerInfo *root, const RelOptInfo *rel, const IndexScan *index_scan, void *bound)
{
    const bool has_limit = limit_is_about(root, rel);
    void *expressions[kPlanExpressions] = {};

    expressions[kIndexConditions] = index_scan->indexqual;
    expressions[kIndexConditionsOriginal] = index_scan->indexqualorig;
    expressions[kIndexOrderBy] = index_scan->indexorderby;
    expressions[kOrderByOriginal] = linitial(index_scan->indexorderbyorig);
    expressions[kLimitCount] = has_limit ? copy_of_limit(root->parse->limitCount) : nullptr;
    expressions[kLimitOffset] = has_limit ? copy_of_limit(root->parse->limitOffset) : nullptr;
    expressions[kDistanceBound] = bound;

    List *list = NIL;
    for (void *expression : expressions) list = lappend(list, expression);
    return list;
}

extern "C" Plan *
plan_custom_path(PlannerInfo *root, RelOptInfo *rel, CustomPath *path, List *targets, List *clauses, List *plans)
{
    CustomScan *scan = makeNode(CustomScan);
    const IndexScan *index_scan = castNode(IndexScan, below_results(linitial(plans)));

    scan->scan.plan.targetlist = targets;
    // All conditions, those that index or bitmap have tested included: both may let rows pass that do not fulfil them.
    scan->scan.plan.qual = extract_actual_clauses(clauses, false);
    scan->scan.scanrelid = rel->relid;
    scan->flags = path->flags;
    if (list_length(plans) > 1) {
        Plan *heap_scan = below_results(lsecond(plans));
        if (!IsA(heap_scan, BitmapHeapScan))
            elog(ERROR, "unexpected plan node %d", static_cast<int>(nodeTag(heap_scan)));
        scan->custom_plans = list_make1(outerPlan(heap_scan));
    }
    scan->custom_exprs = collect_expressions(root, rel, index_scan, lsecond(path->custom_private));
    scan->custom_private = static_cast<List *>(linitial(path->custom_private));
    scan->methods = &kScanMethods;
    return &scan->scan.plan;
}

}  // namespace

const CustomPathMethods kPathMethods = {
    .CustomName = kNodeName, .PlanCustomPath = plan_custom_path, .ReparameterizeCustomPathByChild = nullptr};

List *
encode_search(const PlannedSearch &search)
{
    // An OID has the bits of an int.
    const int integers[] = {static_cast<int>(search.index), static_cast<int>(search.strategy), search.adaptive,
                            search.has_bitmap, search.bound_inclusive};
    const double doubles[] = {search.index_rows,   search.share,        search.residual,
                              search.rows_wanted,  search.row_price,    search.table_price,
                              search.bitmap_price, search.bitmap_share, search.fetch_price};
    List *list = NIL;
    for (int value : integers) list = lappend(list, makeInteger(value));
    for (double value : doubles) list = lappend(list, encode_double(value));
    return list;
}

PlannedSearch
decode_search(const List *list)
{
    return {
        .index = static_cast<Oid>(decode_int(list, 0)),
        .strategy = static_cast<Strategy>(decode_int(list, 1)),
        .adaptive = decode_int(list, 2) != 0,
        .has_bitmap = decode_int(list, 3) != 0,
        .bound_inclusive = decode_int(list, 4) != 0,
        .index_rows = decode_double(list, 5),
        .share = decode_double(list, 6),
        .residual = decode_double(list, 7),
        .bitmap_share = decode_double(list, 12),
        .rows_wanted = decode_double(list, 8),
        .fetch_price = decode_double(list, 13),
        .row_price = decode_double(list, 9),
        .table_price = decode_double(list, 10),
        .bitmap_price = decode_double(list, 11),
    };
}

}  // namespace vhnsw::plan
