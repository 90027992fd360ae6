// Figures: README.md, "Cost".
#include "type/cost.hpp"

#include "pg/function.hpp"
#include "type/halfvec.hpp"
#include "type/sparsevec.hpp"
#include "type/vector.hpp"

namespace {

using namespace vhnsw::type;

// In units of cpu_operator_cost.
constexpr double kCall = 15;
constexpr double kPerElement = 1.0 / 11;
constexpr double kOutOfLine = 285;
constexpr double kOutOfLinePerByte = 0.075;

// What stands in a row for a value that is stored out of line. The shortest of such values have about 2000 bytes; those
// of a column that does not say are taken to have this many in their elements.
constexpr double kPointerBytes = 18;
constexpr double kOutOfLineBytes = 3072;

struct ColumnFacts {
    double elements;     // 0: unknown
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
facts_of(Oid relation, AttrNumber column, double declared, const ValueSize &size)
{
    const double width = get_attavgwidth(relation, column);
    ColumnFacts facts = {declared, 0};
    if (declared == 0)
        facts.elements = (width == kPointerBytes ? kOutOfLineBytes : Max(width - size.header, 0)) / size.element;
    const double bytes = size.header + facts.elements * size.element;

    // What is small enough for a short header stays, and has fewer bytes in the row than elsewhere.
    if (bytes - VARHDRSZ + VARHDRSZ_SHORT <= VARATT_SHORT_MAX || !leaves_the_row(relation, column)) return facts;
    if (width <= 0)
        facts.out_of_line = bytes > TOAST_TUPLE_TARGET ? 1 : 0;
    else if (bytes > kPointerBytes)
        facts.out_of_line = Min(Max((bytes - width) / (bytes - kPointerBytes), 0), 1);
    return facts;
}

ColumnFacts
facts_of(PlannerInfo *root, Node *argument, const ValueSize &size)
{
    while (IsA(argument, RelabelType))
        argument = reinterpret_cast<Node *>(reinterpret_cast<RelabelType *>(argument)->arg);
    const int32 typmod = exprTypmod(argument);
    const double declared = size.typmod_counts && typmod > 0 ? typmod : 0;
    const ColumnFacts unstored = {declared, 0};
    if (root == nullptr || !IsA(argument, Var)) return unstored;
    const Var *variable = reinterpret_cast<Var *>(argument);
    if (IS_SPECIAL_VARNO(variable->varno) || variable->varlevelsup != 0 || variable->varattno <= 0) return unstored;
    const RangeTblEntry *entry = planner_rt_fetch(static_cast<Index>(variable->varno), root);
    if (entry->rtekind != RTE_RELATION) return unstored;
    return facts_of(entry->relid, variable->varattno, declared, size);
}

// False: nothing is known that the function's COST does not say.
bool
estimate(SupportRequestCost *request, const ValueSize &size)
{
    List *arguments = NIL;
    if (request->node != nullptr && IsA(request->node, OpExpr))
        arguments = reinterpret_cast<OpExpr *>(request->node)->args;
    else if (request->node != nullptr && IsA(request->node, FuncExpr))
        arguments = reinterpret_cast<FuncExpr *>(request->node)->args;

    double elements = 0;
    double units = 0;
    double pages = 0;
    ListCell *cell;
    foreach (cell, arguments) {
        const ColumnFacts facts = facts_of(request->root, static_cast<Node *>(lfirst(cell)), size);
        const double bytes = facts.elements * size.element;
        elements = Max(elements, facts.elements);
        units += facts.out_of_line * (kOutOfLine + kOutOfLinePerByte * bytes);
        pages += facts.out_of_line * bytes / BLCKSZ;
    }
    if (elements == 0) return false;
    request->startup = 0;
    request->per_tuple = (kCall + kPerElement * elements + units) * cpu_operator_cost + pages * seq_page_cost;
    return true;
}

template <typename Value>
constexpr ValueSize
dense_size()
{
    return {offsetof(Value, x), sizeof(ElementOf<Value>), true};
}

}  // namespace

namespace vhnsw::type {

Datum
cost_support(FunctionCallInfo fcinfo, const ValueSize &size)
{
    Node *request = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));

    if (!IsA(request, SupportRequestCost) || !estimate(reinterpret_cast<SupportRequestCost *>(request), size))
        PG_RETURN_POINTER(nullptr);
    PG_RETURN_POINTER(request);
}

}  // namespace vhnsw::type

// vector_cost_support(internal)
VHNSW_FUNCTION(vhnsw_vector_cost_support)
{
    return cost_support(fcinfo, dense_size<Vector>());
}

// halfvec_cost_support(internal)
VHNSW_FUNCTION(vhnsw_halfvec_cost_support)
{
    return cost_support(fcinfo, dense_size<HalfVector>());
}

// sparsevec_cost_support(internal)
VHNSW_FUNCTION(vhnsw_sparsevec_cost_support)
{
    return cost_support(fcinfo, {static_cast<double>(sparsevec_bytes(0)), sizeof(int32) + sizeof(float), false});
}
