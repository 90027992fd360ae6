// ORDER BY a distance that is not selected: core puts the distance into the target list of the scan, as a junk column,
// and computes it for every row that is returned. Where nothing reads that column it is replaced by NULL after
// planning, so that vectors stored out of line need not be fetched.
//
// Junk columns of a plan's top are dropped by the executor, those of a subquery's by whoever reads it; a nested loop
// reads what its expressions mention. Between there and the scan may stand LIMIT without WITH TIES, which reads no
// column. Everything else is left alone.
#include "plan/plan.hpp"

#include "am/cost.hpp"

namespace vhnsw::plan {

namespace {

constinit planner_hook_type previous_planner = nullptr;

// The distance by which a scan's index orders its rows, on the relation's columns; null for other plans.
Node *
distance_of(const Plan *plan)
{
    if (IsA(plan, IndexScan)) {
        const auto *scan = reinterpret_cast<const IndexScan *>(plan);
        const bool is_ours = scan->indexorderbyorig != NIL && am::is_hnsw_relation(scan->indexid);
        return is_ours ? static_cast<Node *>(linitial(scan->indexorderbyorig)) : nullptr;
    }
    if (IsA(plan, CustomScan)) {
        const auto *scan = reinterpret_cast<const CustomScan *>(plan);
        if (scan->methods == &kScanMethods) return static_cast<Node *>(list_nth(scan->custom_exprs, kOrderByOriginal));
    }
    return nullptr;
}

// Nobody reads this column of a plan.
using Unread = bool (*)(const Plan *reader, AttrNumber column);

bool
is_never_read(const Plan *, AttrNumber)
{
    return true;
}

bool
is_not_mentioned(const Plan *reader, AttrNumber column)
{
    const auto *join = reinterpret_cast<const NestLoop *>(reader);
    Bitmapset *columns = nullptr;
    List *const mentions[] = {join->join.plan.targetlist, join->join.plan.qual, join->join.joinqual};
    for (List *list : mentions) pull_varattnos(reinterpret_cast<Node *>(list), INNER_VAR, &columns);
    return !bms_is_member(column - FirstLowInvalidHeapAttributeNumber, columns);
}

void
forget_distance(Plan *top, const Plan *reader = nullptr, Unread is_unread = is_never_read)
{
    Plan *plan = top;
    while (IsA(plan, Limit) && reinterpret_cast<Limit *>(plan)->limitOption == LIMIT_OPTION_COUNT)
        plan = outerPlan(plan);
    const Node *distance = distance_of(plan);
    if (distance == nullptr) return;
    ListCell *cell;
    foreach (cell, plan->targetlist) {
        TargetEntry *target = lfirst_node(TargetEntry, cell);
        Node *expression = reinterpret_cast<Node *>(target->expr);
        if (target->resjunk && equal(expression, distance) && is_unread(reader, target->resno))
            target->expr = reinterpret_cast<Expr *>(
                makeNullConst(exprType(expression), exprTypmod(expression), exprCollation(expression)));
    }
}

void forget_in_subqueries(Plan *plan);

void
forget_in_all(List *plans)
{
    ListCell *cell;
    foreach (cell, plans) forget_in_subqueries(static_cast<Plan *>(lfirst(cell)));
}

void
forget_in_subqueries(Plan *plan)
{
    if (plan == nullptr) return;
    check_stack_depth();
    forget_in_subqueries(plan->lefttree);
    forget_in_subqueries(plan->righttree);
    if (IsA(plan, Append)) forget_in_all(reinterpret_cast<Append *>(plan)->appendplans);
    if (IsA(plan, MergeAppend)) forget_in_all(reinterpret_cast<MergeAppend *>(plan)->mergeplans);
    if (IsA(plan, NestLoop)) forget_distance(plan->righttree, plan, is_not_mentioned);
    if (!IsA(plan, SubqueryScan)) return;
    Plan *subplan = reinterpret_cast<SubqueryScan *>(plan)->subplan;
    forget_distance(subplan);
    forget_in_subqueries(subplan);
}

extern "C" PlannedStmt *
plan_statement(Query *query, const char *text, int cursor_options, ParamListInfo parameters)
{
    const planner_hook_type plan = previous_planner != nullptr ? previous_planner : standard_planner;
    PlannedStmt *statement = plan(query, text, cursor_options, parameters);
    if (statement->commandType == CMD_SELECT) forget_distance(statement->planTree);
    forget_in_subqueries(statement->planTree);
    ListCell *cell;
    foreach (cell, statement->subplans) {
        Plan *subplan = static_cast<Plan *>(lfirst(cell));
        if (subplan == nullptr) continue;
        forget_distance(subplan);
        forget_in_subqueries(subplan);
    }
    return statement;
}

}  // namespace

void
define_unused_distance()
{
    previous_planner = planner_hook;
    planner_hook = plan_statement;
}

}  // namespace vhnsw::plan
