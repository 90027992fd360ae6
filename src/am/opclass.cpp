#include "am/opclass.hpp"

namespace vhnsw::am {

const OpclassInfo *
opclass_info(Relation index)
{
    FmgrInfo *support = index_getprocinfo(index, 1, kOpclassProc);
    return reinterpret_cast<const OpclassInfo *>(DatumGetPointer(FunctionCall1(support, PointerGetDatum(nullptr))));
}

}  // namespace vhnsw::am
