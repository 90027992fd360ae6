#include "am/opclass.hpp"

namespace vhnsw::am {

const OpclassInfo *
opclass_info(Relation index)
{
    if (!OidIsValid(index_getprocid(index, 1, kOpclassProc)))
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("the operator class of the first column of index \"%s\" has no distance",
                               RelationGetRelationName(index)),
                        errhint("The first column of an hnsw index is the vector, with an operator class such as "
                                "vector_l2_ops. Columns to filter by follow it.")));

    FmgrInfo *support = index_getprocinfo(index, 1, kOpclassProc);
    return reinterpret_cast<const OpclassInfo *>(DatumGetPointer(FunctionCall1(support, PointerGetDatum(nullptr))));
}

}  // namespace vhnsw::am
