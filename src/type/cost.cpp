// What functions of vectors cost, for the planner. Figures: README.md, "Cost".
#include "pg/pg.hpp"

#include "pg/function.hpp"
#include "type/vector.hpp"

namespace {

// In units of cpu_operator_cost.
constexpr double kCall = 15;
constexpr double kPerDim = 1.0 / 11;
constexpr double kOutOfLine = 285;
constexpr double kOutOfLinePerDim = 0.3;

// What stands in a row for a value that is stored out of line. The shortest of such vectors have about 500 dimensions;
// those of a column that does not say are taken to have this many.
constexpr double kPointerBytes = 18;
constexpr double kOutOfLineDims = 768;

struct ColumnFacts {
    double dims;         // 0: unknown
    double out_of_line;  // share of the values
};

bool
leaves_the_row(Oid relation, AttrNumber column)
{
    HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relation), Int16GetDatum(column));
    if (!HeapTupleIsValid(tuple)) return false;
    const char storage = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(tuple))->attstorage;
    ReleaseSysCache(tuple);
    return storage == TYPSTORAGE_EXTERNAL || storage == TYPSTORAGE_EXTENDED;
}

// Statistics count a value by the bytes in its row, so they tell where values are.
ColumnFacts
facts_of(Oid relation, AttrNumber column, int32 typmod)
{
    const double width = get_attavgwidth(relation, column);
    const double header = offsetof(vhnsw::type::Vector, x);
    ColumnFacts facts = {static_cast<double>(typmod), 0};
    if (typmod <= 0) facts.dims = width == kPointerBytes ? kOutOfLineDims : Max(width - header, 0) / sizeof(float);
    const double bytes = header + facts.dims * sizeof(float);

    if (!leaves_the_row(relation, column)) return facts;
    if (width <= 0)
        facts.out_of_line = bytes > TOAST_TUPLE_TARGET ? 1 : 0;
    else if (bytes > kPointerBytes)
        facts.out_of_line = Min(Max((bytes - width) / (bytes - kPointerBytes), 0), 1);
    return facts;
}

ColumnFacts
facts_of(PlannerInfo *root, Node *argument)
{
    while (IsA(argument, RelabelType))
        argument = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(argument)->arg);
    const int32 typmod = exprTypmod(argument);
    const ColumnFacts unstored = {typmod > 0 ? static_cast<double>(typmod) : 0, 0};
    if (root == nullptr || !IsA(argument, Var)) return unstored;
    const Var *variable = reinterpret_cast<Var *>(argument);
    if (IS_SPECIAL_VARNO(variable->varno) || variable->varlevelsup != 0 || variable->varattno <= 0) return unstored;
    const RangeTblEntry *entry = planner_rt_fetch(static_cast<Index>(variable->varno), root);
    if (entry->rtekind != RTE_RELATION) return unstored;
    return facts_of(entry->relid, variable->varattno, typmod);
}

// False: nothing is known that the function's COST does not say.
bool
estimate(SupportRequestCost *request)
{
    List *arguments = NIL;
    if (request->node != nullptr && IsA(request->node, OpExpr))
        arguments = reinterpret_cast<OpExpr *>(request->node)->args;
    else if (request->node != nullptr && IsA(request->node, FuncExpr))
        arguments = reinterpret_cast<FuncExpr *>(request->node)->args;

    double dims = 0;
    double units = 0;
    double pages = 0;
    ListCell *cell;
    foreach (cell, arguments) {
        const ColumnFacts facts = facts_of(request->root, static_cast<Node *>(lfirst(cell)));
        dims = Max(dims, facts.dims);
        units += facts.out_of_line * (kOutOfLine + kOutOfLinePerDim * facts.dims);
        pages += facts.out_of_line * facts.dims * sizeof(float) / BLCKSZ;
    }
    if (dims == 0) return false;
    request->startup = 0;
    request->per_tuple = (kCall + kPerDim * dims + units) * cpu_operator_cost + pages * seq_page_cost;
    return true;
}

}  // namespace

// vector_cost_support(internal): planner support of the functions that compute with every element of a vector.
VHNSW_FUNCTION(vhnsw_vector_cost_support)
{
    Node *request = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));

    if (!IsA(request, SupportRequestCost) || !estimate(reinterpret_cast<SupportRequestCost *>(request)))
        PG_RETURN_POINTER(nullptr);
    PG_RETURN_POINTER(request);
}
