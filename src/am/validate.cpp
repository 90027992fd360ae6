// amvalidate: whether an operator class is one this access method can use.
//
// Every class of a family needs operator 1, which orders by its float8 result, and support function 1. There is nothing
// else.
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

void
check_operators(Validation &v, CatCList *operators)
{
    for (int i = 0; i < operators->n_members; i++) {
        auto entry = reinterpret_cast<Form_pg_amop>(GETSTRUCT(&operators->members[i]->tuple));
        const char *name = format_operator(entry->amopopr);

        if (entry->amopstrategy != kDistanceStrategy)
            report(v,
                   psprintf("operator family \"%s\" of access method hnsw contains operator %s with invalid strategy "
                            "number %d",
                            v.family_name, name, entry->amopstrategy));
        if (!check_amop_signature(entry->amopopr, FLOAT8OID, entry->amoplefttype, entry->amoprighttype))
            report(v, psprintf("operator family \"%s\" of access method hnsw contains operator %s with wrong signature",
                               v.family_name, name));
        if (entry->amoppurpose != AMOP_ORDER)
            report(v, psprintf(
                          "operator family \"%s\" of access method hnsw contains operator %s that is not FOR ORDER BY",
                          v.family_name, name));
        else if (!opfamily_can_sort_type(entry->amopsortfamily, FLOAT8OID))
            report(v, psprintf("operator family \"%s\" of access method hnsw contains incorrect ORDER BY opfamily "
                               "specification for operator %s",
                               v.family_name, name));
    }
}

// Other groups may belong to classes defined elsewhere, or be loose members of the family.
void
check_completeness(Validation &v, CatCList *operators, CatCList *functions)
{
    const OpFamilyOpFuncGroup *own = nullptr;
    ListCell *cell;
    foreach (cell, identify_opfamily_groups(operators, functions)) {
        auto group = static_cast<const OpFamilyOpFuncGroup *>(lfirst(cell));

        if (group->lefttype == v.type && group->righttype == v.type) own = group;
    }

    if (own == nullptr || (own->operatorset & uint64{1} << kDistanceStrategy) == 0)
        report(v, psprintf("operator class \"%s\" of access method hnsw is missing operator %d", v.opclass_name,
                           kDistanceStrategy));
    if (own == nullptr || (own->functionset & uint64{1} << kOpclassProc) == 0)
        report(v, psprintf("operator class \"%s\" of access method hnsw is missing support function %d", v.opclass_name,
                           kOpclassProc));
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

    check_functions(v, functions);
    check_operators(v, operators);
    check_completeness(v, operators, functions);

    ReleaseCatCacheList(functions);
    ReleaseCatCacheList(operators);
    return v.valid;
}

}  // namespace vhnsw::am
