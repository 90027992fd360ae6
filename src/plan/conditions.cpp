#include "plan/conditions.hpp"

#include <utility>

namespace vhnsw::plan {

namespace {

// Neither variables of this query nor anything that changes while it runs.
bool
is_constant_during_scan(Node *expression)
{
    return !contain_var_clause(expression) && !contain_volatile_functions(expression);
}

bool
has_clause_for(const List *clauses, const RestrictInfo *condition)
{
    ListCell *cell;
    foreach (cell, clauses)
        if (lfirst_node(IndexClause, cell)->rinfo == condition) return true;
    return false;
}

// The element's operator of `column = ANY (values)`, if that is what the condition is.
bool
matches_any(const ScalarArrayOpExpr *any, int column, IndexOptInfo *index)
{
    Node *left = static_cast<Node *>(linitial(any->args));

    return any->useOr && match_index_to_operand(left, column, index) &&
           (!OidIsValid(index->indexcollations[column]) || index->indexcollations[column] == any->inputcollid) &&
           op_in_opfamily(any->opno, index->opfamily[column]) &&
           is_constant_during_scan(static_cast<Node *>(lsecond(any->args)));
}

// `column = value` for the conditions on booleans that are not written as one: column, NOT column, column IS TRUE,
// column IS FALSE. Null: it is something else.
Expr *
boolean_as_comparison(Node *condition, int column, IndexOptInfo *index)
{
    if (index->opcintype[column] != BOOLOID || !op_in_opfamily(BooleanEqualOperator, index->opfamily[column]))
        return nullptr;

    Node *operand = condition;
    bool value = true;
    if (is_notclause(condition)) {
        operand = reinterpret_cast<Node *>(get_notclausearg(condition));
        value = false;
    } else if (IsA(condition, BooleanTest)) {
        const BooleanTest *test = reinterpret_cast<BooleanTest *>(condition);
        if (test->booltesttype != IS_TRUE && test->booltesttype != IS_FALSE) return nullptr;
        operand = reinterpret_cast<Node *>(test->arg);
        value = test->booltesttype == IS_TRUE;
    }
    if (!match_index_to_operand(operand, column, index)) return nullptr;
    return make_opclause(BooleanEqualOperator, BOOLOID, false, reinterpret_cast<Expr *>(operand),
                         reinterpret_cast<Expr *>(makeBoolConst(value, false)), InvalidOid, InvalidOid);
}

IndexClause *
make_index_clause(RestrictInfo *condition, RestrictInfo *index_condition, int column)
{
    IndexClause *clause = makeNode(IndexClause);
    clause->rinfo = condition;
    clause->indexquals = list_make1(index_condition);
    clause->indexcol = static_cast<AttrNumber>(column);
    return clause;
}

IndexClause *
match_condition(PlannerInfo *root, RestrictInfo *condition, int column, IndexOptInfo *index)
{
    Node *node = reinterpret_cast<Node *>(condition->clause);

    if (IsA(node, ScalarArrayOpExpr))
        return matches_any(reinterpret_cast<ScalarArrayOpExpr *>(node), column, index)
                   ? make_index_clause(condition, condition, column)
                   : nullptr;
    Expr *comparison = boolean_as_comparison(node, column, index);
    return comparison != nullptr ? make_index_clause(condition, make_simple_restrictinfo(root, comparison), column)
                                 : nullptr;
}

// Whether the expression is the one that the query orders by, in either direction.
bool
is_order_by(Node *expression, const OpExpr *order_by)
{
    if (!IsA(expression, OpExpr)) return false;
    OpExpr *distance = reinterpret_cast<OpExpr *>(expression);
    if (equal(distance, order_by)) return true;
    if (list_length(distance->args) != 2 || get_commutator(distance->opno) != order_by->opno) return false;
    return equal(linitial(distance->args), lsecond(order_by->args)) &&
           equal(lsecond(distance->args), linitial(order_by->args));
}

Expr *
as_double(Expr *expression)
{
    switch (exprType(reinterpret_cast<Node *>(expression))) {
        case FLOAT8OID: return expression;
        case FLOAT4OID:
            return reinterpret_cast<Expr *>(makeFuncExpr(F_FLOAT8_FLOAT4, FLOAT8OID, list_make1(expression), InvalidOid,
                                                         InvalidOid, COERCE_IMPLICIT_CAST));
        default: return nullptr;
    }
}

// `distance < bound` or `bound > distance` or the same with equality; otherwise without a bound.
DistanceBound
match_bound(const OpExpr *comparison, const OpExpr *order_by, Oid family)
{
    if (list_length(comparison->args) != 2) return {};
    Node *left = static_cast<Node *>(linitial(comparison->args));
    Node *right = static_cast<Node *>(lsecond(comparison->args));
    Oid less = comparison->opno;
    if (!is_order_by(left, order_by)) {
        std::swap(left, right);
        less = get_commutator(less);
        if (!OidIsValid(less) || !is_order_by(left, order_by)) return {};
    }
    const int strategy = get_op_opfamily_strategy(less, family);
    if (strategy != BTLessStrategyNumber && strategy != BTLessEqualStrategyNumber) return {};
    if (!is_constant_during_scan(right)) return {};
    return {nullptr, as_double(reinterpret_cast<Expr *>(right)), strategy == BTLessEqualStrategyNumber};
}

}  // namespace

List *
all_index_clauses(PlannerInfo *root, const IndexPath *path)
{
    IndexOptInfo *index = path->indexinfo;
    List *result = NIL;

    for (int column = 0; column < index->nkeycolumns; column++) {
        ListCell *cell;
        foreach (cell, path->indexclauses)
            if (lfirst_node(IndexClause, cell)->indexcol == column) result = lappend(result, lfirst(cell));
        foreach (cell, index->indrestrictinfo) {
            RestrictInfo *condition = lfirst_node(RestrictInfo, cell);
            if (condition->pseudoconstant || has_clause_for(path->indexclauses, condition) ||
                !restriction_is_securely_promotable(condition, index->rel))
                continue;
            IndexClause *clause = match_condition(root, condition, column, index);
            if (clause != nullptr) result = lappend(result, clause);
        }
    }
    return result;
}

DistanceBound
find_distance_bound(const RelOptInfo *rel, const OpExpr *order_by, Oid family)
{
    ListCell *cell;
    foreach (cell, rel->baserestrictinfo) {
        RestrictInfo *condition = lfirst_node(RestrictInfo, cell);
        if (condition->pseudoconstant || !IsA(condition->clause, OpExpr)) continue;
        DistanceBound found = match_bound(reinterpret_cast<OpExpr *>(condition->clause), order_by, family);
        if (found.bound != nullptr) {
            found.condition = condition;
            return found;
        }
    }
    return {};
}

}  // namespace vhnsw::plan
