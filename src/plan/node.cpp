// The Custom Scan node "HnswScan": what the executor calls. The rows come from search.hpp.
#include "plan/paths.hpp"
#include "plan/search.hpp"

namespace vhnsw::plan {

namespace {

struct HnswScanState {
    CustomScanState custom;  // comes first
    PlannedSearch planned;
    ExprState *conditions;
    ExprState *limit_count, *limit_offset, *bound;  // null: there is none
    ExprContext *hint_context;                      // where these three are evaluated
    AllowedRows allowed;
    IndexAccess index;
    Search search;
};

HnswScanState *
state_of(CustomScanState *node)
{
    return reinterpret_cast<HnswScanState *>(node);
}

PlanState *
bitmap_of(CustomScanState *node)
{
    return node->custom_ps == NIL ? nullptr : static_cast<PlanState *>(linitial(node->custom_ps));
}

// The rows must be what the table's access method makes of them: whatever locks or updates a row finds it by the TID in
// this slot. Before version 16 core makes a slot for virtual rows, and a lock on a row without TID destroys the table.
//
// Conditions are evaluated here, before the distance, and not once more by ExecScan().
ExprState *
make_slot_and_conditions(ScanState *scan, EState *estate)
{
    Relation relation = scan->ss_currentRelation;
    scan->ps.subPlan = NIL;
    ExecInitScanTupleSlot(estate, scan, RelationGetDescr(relation), table_slot_callbacks(relation));
    ExecAssignScanProjectionInfo(scan);
    scan->ps.qual = nullptr;
    return ExecInitQual(scan->ps.plan->qual, &scan->ps);
}

ExprState *
make_expression(HnswScanState *state, const CustomScan *plan, PlanExpression which)
{
    void *expression = list_nth(plan->custom_exprs, which);
    return expression == nullptr ? nullptr : ExecInitExpr(static_cast<Expr *>(expression), &state->custom.ss.ps);
}

void
make_search(HnswScanState *state, const CustomScan *plan)
{
    ScanState *scan = &state->custom.ss;
    const OpExpr *order_by = static_cast<OpExpr *>(list_nth(plan->custom_exprs, kOrderByOriginal));
    PlanState *bitmap = bitmap_of(&state->custom);

    state->limit_count = make_expression(state, plan, kLimitCount);
    state->limit_offset = make_expression(state, plan, kLimitOffset);
    state->bound = make_expression(state, plan, kDistanceBound);
    state->hint_context = CreateExprContext(scan->ps.state);
    state->index.open(scan, state->planned.index, static_cast<List *>(list_nth(plan->custom_exprs, kIndexConditions)),
                      static_cast<List *>(list_nth(plan->custom_exprs, kIndexOrderBy)));
    if (bitmap != nullptr) state->allowed.init(bitmap);
    state->search.init(scan, state->planned, &state->index, bitmap != nullptr ? &state->allowed : nullptr);
    state->search.rows().init(scan, state->conditions, make_expression(state, plan, kOrderByOriginal),
                              ExecInitExpr(static_cast<Expr *>(linitial(order_by->args)), &scan->ps));
}

// Nothing runs here: EvalPlanQual makes nodes to test a single row with, for every row that was changed meanwhile.
extern "C" void
begin_scan(CustomScanState *node, EState *estate, int flags)
{
    HnswScanState *state = state_of(node);
    const CustomScan *plan = castNode(CustomScan, node->ss.ps.plan);
    state->planned = decode_search(plan->custom_private);
    state->conditions = make_slot_and_conditions(&node->ss, estate);
    if (plan->custom_plans != NIL) {
        Plan *bitmap = static_cast<Plan *>(linitial(plan->custom_plans));
        node->custom_ps = list_make1(ExecInitNode(bitmap, estate, flags & ~(EXEC_FLAG_BACKWARD | EXEC_FLAG_MARK)));
    }
    if (!(flags & EXEC_FLAG_EXPLAIN_ONLY)) make_search(state, plan);
}

// LIMIT and OFFSET are bigint, or null for none; what is wrong with them is for their own node to say.
double
evaluate_count(HnswScanState *state, ExprState *expression)
{
    if (expression == nullptr) return 0;
    bool is_null;
    Datum count = ExecEvalExprSwitchContext(expression, state->hint_context, &is_null);
    return is_null ? 0 : Max(static_cast<double>(DatumGetInt64(count)), 0.0);
}

SearchHints
evaluate_hints(HnswScanState *state)
{
    SearchHints hints = {};
    ResetExprContext(state->hint_context);
    if (state->limit_count == nullptr)
        hints.rows_wanted = state->planned.rows_wanted;
    else
        hints.rows_wanted = evaluate_count(state, state->limit_count);
    // Without a LIMIT, OFFSET says nothing of the end.
    if (state->limit_count != nullptr && hints.rows_wanted > 0)
        hints.rows_wanted += evaluate_count(state, state->limit_offset);
    if (state->bound == nullptr) return hints;
    bool is_null;
    Datum bound = ExecEvalExprSwitchContext(state->bound, state->hint_context, &is_null);
    hints.has_bound = !is_null;
    hints.nothing = is_null;
    if (!is_null) hints.bound = DatumGetFloat8(bound);
    return hints;
}

extern "C" TupleTableSlot *
next_row(ScanState *scan)
{
    HnswScanState *state = state_of(reinterpret_cast<CustomScanState *>(scan));
    if (!state->search.started()) state->search.start(evaluate_hints(state));
    if (!state->search.next()) return ExecClearTuple(scan->ss_ScanTupleSlot);
    return scan->ss_ScanTupleSlot;
}

// A row that was changed meanwhile, in its new version.
extern "C" bool
recheck_row(ScanState *scan, TupleTableSlot *slot)
{
    HnswScanState *state = state_of(reinterpret_cast<CustomScanState *>(scan));
    ExprContext *context = scan->ps.ps_ExprContext;
    context->ecxt_scantuple = slot;
    return ExecQual(state->conditions, context);
}

extern "C" TupleTableSlot *
exec_scan(CustomScanState *node)
{
    return ExecScan(&node->ss, next_row, recheck_row);
}

extern "C" void
end_scan(CustomScanState *node)
{
    HnswScanState *state = state_of(node);
    state->search.reset();
    state->index.close();
    if (bitmap_of(node) != nullptr) ExecEndNode(bitmap_of(node));
}

// May come before the first row was asked for. The bitmap stays when nothing changes that it depends on: often only the
// query's vector does.
extern "C" void
rescan(CustomScanState *node)
{
    HnswScanState *state = state_of(node);
    PlanState *bitmap = bitmap_of(node);
    if (bitmap != nullptr) {
        if (node->ss.ps.chgParam != nullptr) UpdateChangedParamSet(bitmap, node->ss.ps.chgParam);
        // It rescans itself when it is run.
        if (bitmap->chgParam != nullptr) state->allowed.forget();
    }
    state->search.reset();
    state->index.restart();
    ExecScanReScan(&node->ss);
}

extern "C" void
explain_scan(CustomScanState *node, List *ancestors, ExplainState *es)
{
    explain_search(node, state_of(node)->search.report(), ancestors, es);
}

constexpr CustomExecMethods kExecMethods = {.CustomName = kNodeName,
                                            .BeginCustomScan = begin_scan,
                                            .ExecCustomScan = exec_scan,
                                            .EndCustomScan = end_scan,
                                            .ReScanCustomScan = rescan,
                                            .MarkPosCustomScan = nullptr,
                                            .RestrPosCustomScan = nullptr,
                                            .EstimateDSMCustomScan = nullptr,
                                            .InitializeDSMCustomScan = nullptr,
                                            .ReInitializeDSMCustomScan = nullptr,
                                            .InitializeWorkerCustomScan = nullptr,
                                            .ShutdownCustomScan = nullptr,
                                            .ExplainCustomScan = explain_scan};

extern "C" Node *
create_state(CustomScan *)
{
    HnswScanState *state = static_cast<HnswScanState *>(palloc0(sizeof(HnswScanState)));
    NodeSetTag(state, T_CustomScanState);
    state->custom.methods = &kExecMethods;
    return reinterpret_cast<Node *>(state);
}

}  // namespace

const CustomScanMethods kScanMethods = {.CustomName = kNodeName, .CreateCustomScanState = create_state};

}  // namespace vhnsw::plan
