// Rotations by seed and dimensions, made once per backend: making one costs as much as opening several nodes.
#include "am/index.hpp"
#include "quant/rotation.hpp"

namespace vhnsw::am {

namespace {

struct CachedRotation {
    uint64_t seed;
    quant::Rotation rotation;
    CachedRotation *next;
};

// Never freed: scans refer to them, and there are as many as indexes in use have different dimensions.
constinit CachedRotation *first_rotation = nullptr;

}  // namespace

const quant::Rotation &
rotation_of(const IndexInfo &info)
{
    for (CachedRotation *cached = first_rotation; cached != nullptr; cached = cached->next)
        if (cached->seed == info.seed && cached->rotation.dims() == info.shape.dims) return cached->rotation;

    MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
    auto *fresh = static_cast<CachedRotation *>(palloc(sizeof(CachedRotation)));
    *fresh = {info.seed, quant::Rotation::make(info.seed, info.shape.dims), first_rotation};
    first_rotation = fresh;
    MemoryContextSwitchTo(old);
    return fresh->rotation;
}

}  // namespace vhnsw::am
