// Rotations by seed and dimensions, made once per backend: making one costs as much as opening several nodes.
#include "am/index.hpp"

namespace vhnsw::am {

namespace {

struct CachedRotation {
    uint64_t seed;
    quant::Rotation rotation;
    CachedRotation *next;
};

// Never freed: scans refer to them, and there are as many as indexes in use have different dimensions.
constinit CachedRotation *first_rotation = nullptr;

const quant::Rotation *
rotation_of(uint64_t seed, uint32_t dims)
{
    for (CachedRotation *cached = first_rotation; cached != nullptr; cached = cached->next)
        if (cached->seed == seed && cached->rotation.dims() == dims) return &cached->rotation;

    MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);
    auto *fresh = static_cast<CachedRotation *>(palloc(sizeof(CachedRotation)));
    *fresh = {seed, quant::Rotation::make(seed, dims), first_rotation};
    first_rotation = fresh;
    MemoryContextSwitchTo(old);
    return &fresh->rotation;
}

}  // namespace

quant::Space
space_of(quant::Metric metric, const quant::NodeShape &shape, uint64_t seed)
{
    quant::Space space = {metric, shape.kind, shape.dims, shape.padded, shape.sketch, nullptr, shape.refined};
    if (shape.kind == quant::CodeKind::kRotated)
        space.rotation = rotation_of(seed, shape.dims);
    else if (shape.kind == quant::CodeKind::kSparse && shape.has_sketches())
        space.rotation = rotation_of(seed, shape.padded);
    return space;
}

double
pages_of_opening(const quant::NodeShape &shape, uint32_t m)
{
    // Measured: tate384, m = 16, ef_search = 40: 14.6 pages a node.
    constexpr double kUnseenPerLink = 0.85;
    const double nodes = shape.has_sketches() ? 1 : 1 + kUnseenPerLink * m;
    return shape.code_inline ? nodes : 2 * nodes;
}

}  // namespace vhnsw::am
