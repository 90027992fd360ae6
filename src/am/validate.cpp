// amvalidate: whether an operator class is one this access method can use.
//
// There are two kinds of families. Every class of vectors needs operator 1, which orders by its float8 result, and
// support function 1, and has nothing else. A class of filter columns has operators to search with, and no support
// functions.
#include "am/am.hpp"
#include "am/opclass.hpp"

namespace vhnsw::am {

namespace {

struct Validation {
    const char *opclass_name;
    Oid type;  // that the class is for
    Oid family;
    const char *family_name;
    bool valid;
};

// Nothing is an error here: every defect is told, and the answer is false.
void
report(Validation &v, const char *message)
{
    ereport(INFO, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION), errmsg_internal("%s", message)));
    v.valid = false;
}

void
report_function(Validation &v, const Form_pg_amproc entry, const char *defect)
{
    report(v, psprintf("operator family \"%s\" of access method hnsw contains function %s with %s %d", v.family_name,
                       format_procedure(entry->amproc), defect, entry->amprocnum));
}

void
check_functions(Validation &v, CatCList *functions)
{
    for (int i = 0; i < functions->n_members; i++) {
        auto entry = reinterpret_cast<Form_pg_amproc>(GETSTRUCT(&functions->members[i]->tuple));

        if (entry->amprocnum != kOpclassProc)
            report_function(v, entry, "invalid support number");
        else if (!check_amproc_signature(entry->amproc, INTERNALOID, true, 1, 1, INTERNALOID))
            report_function(v, entry, "wrong signature for support number");
        if (entry->amproclefttype != entry->amprocrighttype)
            report(v,
                   psprintf(
                       "operator family \"%s\" of access method hnsw contains support function %s with different left "
                       "and right input types",
                       v.family_name, format_procedure(entry->amproc)));
    }
}

Form_pg_amop
member(CatCList *operators, int i)
{
    return reinterpret_cast<Form_pg_amop>(GETSTRUCT(&operators->members[i]->tuple));
}

void
report_operator(Validation &v, const Form_pg_amop entry, const char *defect)
{
    report(v, psprintf("operator family \"%s\" of access method hnsw contains operator %s %s", v.family_name,
                       format_operator(entry->amopopr), defect));
}

void
check_distance_operator(Validation &v, const Form_pg_amop entry)
{
    if (entry->amopstrategy != kDistanceStrategy)
        report_operator(v, entry, psprintf("with invalid strategy number %d", entry->amopstrategy));
    if (!check_amop_signature(entry->amopopr, FLOAT8OID, entry->amoplefttype, entry->amoprighttype))
        report_operator(v, entry, "with wrong signature");
    if (entry->amoppurpose != AMOP_ORDER)
        report_operator(v, entry, "that is not FOR ORDER BY");
    else if (!opfamily_can_sort_type(entry->amopsortfamily, FLOAT8OID))
        report(v, psprintf("operator family \"%s\" of access method hnsw contains incorrect ORDER BY opfamily "
                           "specification for operator %s",
                           v.family_name, format_operator(entry->amopopr)));
}

// Whether an operator numbered as a comparison is that comparison, by the order or equality its type has by default.
bool
compares_as_numbered(const Form_pg_amop entry)
{
    if (entry->amopstrategy > kNotEqualStrategy) return true;

    bool negated = entry->amopstrategy == kNotEqualStrategy;
    int strategy = negated ? int{kEqualStrategy} : entry->amopstrategy;
    Oid comparison = negated ? get_negator(entry->amopopr) : entry->amopopr;
    const TypeCacheEntry *type =
        lookup_type_cache(entry->amoplefttype, TYPECACHE_BTREE_OPFAMILY | TYPECACHE_HASH_OPFAMILY);

    if (!OidIsValid(comparison)) return false;
    if (OidIsValid(type->btree_opf) && get_op_opfamily_strategy(comparison, type->btree_opf) == strategy) return true;
    return strategy == kEqualStrategy && OidIsValid(type->hash_opf) && op_in_opfamily(comparison, type->hash_opf);
}

void
check_filter_operator(Validation &v, const Form_pg_amop entry)
{
    // The numbers that core's checks of operator families can tell apart.
    if (entry->amopstrategy < 1 || entry->amopstrategy > 63)
        report_operator(v, entry, psprintf("with invalid strategy number %d", entry->amopstrategy));
    else if (!check_amop_signature(entry->amopopr, BOOLOID, entry->amoplefttype, entry->amoprighttype))
        report_operator(v, entry, "with wrong signature");
    else if (!compares_as_numbered(entry))
        report_operator(v, entry, psprintf("that does not compare as strategy number %d does", entry->amopstrategy));
}

void
check_filter_class(Validation &v, CatCList *operators)
{
    for (int i = 0; i < operators->n_members; i++)
        if (member(operators, i)->amoplefttype == v.type) return;
    report(v, psprintf("operator class \"%s\" of access method hnsw has no operator for its type", v.opclass_name));
}

// Other groups may belong to classes defined elsewhere, or be loose members of the family.
const OpFamilyOpFuncGroup *
own_group(const Validation &v, CatCList *operators, CatCList *functions)
{
    ListCell *cell;
    foreach (cell, identify_opfamily_groups(operators, functions)) {
        auto group = static_cast<const OpFamilyOpFuncGroup *>(lfirst(cell));

        if (group->lefttype == v.type && group->righttype == v.type) return group;
    }
    return nullptr;
}

void
check_distance_class(Validation &v, const OpFamilyOpFuncGroup *own)
{
    if (own == nullptr || (own->operatorset & uint64{1} << kDistanceStrategy) == 0)
        report(v, psprintf("operator class \"%s\" of access method hnsw is missing operator %d", v.opclass_name,
                           kDistanceStrategy));
    if (own == nullptr || (own->functionset & uint64{1} << kOpclassProc) == 0)
        report(v, psprintf("operator class \"%s\" of access method hnsw is missing support function %d", v.opclass_name,
                           kOpclassProc));
}

// A family with support functions or distances, or with nothing at all, is taken for one of vectors.
bool
is_filter_family(CatCList *operators, CatCList *functions)
{
    if (operators->n_members == 0 || functions->n_members > 0) return false;
    for (int i = 0; i < operators->n_members; i++)
        if (member(operators, i)->amoppurpose == AMOP_ORDER) return false;
    return true;
}

Validation
describe(Oid opclass)
{
    HeapTuple tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for operator class %u", opclass);
    auto class_row = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(tuple));
    Validation v = {pstrdup(NameStr(class_row->opcname)), class_row->opcintype, class_row->opcfamily, nullptr, true};
    ReleaseSysCache(tuple);

    tuple = SearchSysCache1(OPFAMILYOID, ObjectIdGetDatum(v.family));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for operator family %u", v.family);
    auto family_row = reinterpret_cast<Form_pg_opfamily>(GETSTRUCT(tuple));
    v.family_name = pstrdup(NameStr(family_row->opfname));
    ReleaseSysCache(tuple);
    return v;
}

}  // namespace

extern "C" bool
am_validate(Oid opclass)
{
    Validation v = describe(opclass);
    CatCList *operators = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(v.family));
    CatCList *functions = SearchSysCacheList1(AMPROCNUM, ObjectIdGetDatum(v.family));

    bool filter = is_filter_family(operators, functions);
    check_functions(v, functions);
    for (int i = 0; i < operators->n_members; i++) {
        Form_pg_amop entry = member(operators, i);

        if (filter)
            check_filter_operator(v, entry);
        else
            check_distance_operator(v, entry);
    }
    if (filter)
        check_filter_class(v, operators);
    else
        check_distance_class(v, own_group(v, operators, functions));

    ReleaseCatCacheList(functions);
    ReleaseCatCacheList(operators);
    return v.valid;
}

}  // namespace vhnsw::am
