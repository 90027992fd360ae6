// EXPLAIN of the node.
#include "plan/plan.hpp"

namespace vhnsw::plan {

namespace {

const char *
name_of(Strategy strategy)
{
    switch (strategy) {
        case Strategy::kStream: return "stream";
        case Strategy::kAttr: return "attr";
        case Strategy::kAllow: return "allow";
        case Strategy::kExact: return "exact";
        default: return "auto";
    }
}

void
show_expression(const char *label, void *expression, List *context, ExplainState *es)
{
    if (expression == nullptr) return;
    Node *node = static_cast<Node *>(expression);
    if (IsA(node, List)) node = reinterpret_cast<Node *>(make_ands_explicit(reinterpret_cast<List *>(node)));
    // Names as core shows those of a scan.
    ExplainPropertyText(label, deparse_expression(node, context, es->verbose, false), es);
}

void
show_count(const char *label, uint64 count, ExplainState *es)
{
    ExplainPropertyUInteger(label, nullptr, count, es);
}

void
show_report(const SearchReport &report, ExplainState *es)
{
    ExplainPropertyText("Strategy Used", name_of(report.used), es);
    if (report.has_allowed) ExplainPropertyFloat("Allowed Rows", nullptr, report.allowed, 0, es);
    if (report.lossy > 0) show_count("Lossy Heap Blocks", report.lossy, es);
    show_count("Nodes Opened", report.opened, es);
    if (report.seen > 0) show_count("Neighbors Seen", report.seen, es);
    show_count("Distances", report.distances, es);
    if (report.seen > 0)
        ExplainPropertyFloat("Pass Rate", nullptr,
                             static_cast<double>(report.passing) / static_cast<double>(report.seen), 3, es);
    if (report.cause != nullptr) ExplainPropertyText("Switched", report.cause, es);
}

}  // namespace

void
explain_search(CustomScanState *node, const SearchReport &report, List *ancestors, ExplainState *es)
{
    CustomScan *scan = castNode(CustomScan, node->ss.ps.plan);
    const PlannedSearch search = decode_search(scan->custom_private);
    List *context = set_deparse_context_plan(es->deparse_cxt, &scan->scan.plan, ancestors);

    ExplainPropertyText("Index", get_rel_name(search.index), es);
    show_expression("Index Cond", list_nth(scan->custom_exprs, kIndexConditionsOriginal), context, es);
    show_expression("Order By", list_nth(scan->custom_exprs, kOrderByOriginal), context, es);
    show_expression("Distance Bound", list_nth(scan->custom_exprs, kDistanceBound), context, es);
    ExplainPropertyText("Strategy", name_of(search.strategy), es);
    // A worker's counts stay with the worker.
    if (es->analyze && report.ran) show_report(report, es);
}

}  // namespace vhnsw::plan
