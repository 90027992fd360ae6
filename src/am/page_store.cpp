#include "am/page_store.hpp"

#include "am/overflow.hpp"
#include "kernel/kernel.hpp"

namespace vhnsw::am {

// Beyond this the processor follows the sequence by itself.
static constexpr uint32_t kPrefetchBytes = 1024;

void
PageStore::init(Relation index, const IndexInfo &info, const quant::Query &query, bool want_codes)
{
    index_ = index;
    info_ = &info;
    query_ = &query;
    want_codes_ = want_codes;
    sums_.resize(info.shape.capacity);
    if (!info.shape.code_inline) {
        body_copy_.resize(info.shape.body_bytes());
        pieced_code_.resize(info.shape.padded);
    }
}

bool
PageStore::score_node(const quant::NodeBody &body, Opened &opened)
{
    const int8_t *code = body.code();
    if (!info_->shape.code_inline) {
        if (!read_code(index_, info_->shape, code, opened.node.stamp, pieced_code_.span())) return false;
        code = pieced_code_.data();
    }
    opened.dot = query_->dot(code, opened.node.scalars.scale);
    opened.key = quant::distance_key(info_->metric, *query_, opened.node.scalars, opened.dot);
    if (want_codes_) memcpy(opened.code.data(), code, info_->shape.padded);
    return true;
}

// REQUIRES: room in `visited`, `opened` and `sums_`, so that nothing is allocated: the page may be locked.
void
PageStore::score_links(const quant::NodeBody &body, VisitedSet &visited, Opened &opened)
{
    const quant::NodeShape &shape = info_->shape;
    uint32_t count = opened.node.link_count;
    opened.neighbours.clear();
    opened.failing.clear();
    if (count == 0) return;
    kernel::active->masked_sums({body.sketch(0), shape.link_bytes(), count, shape.sketch.planes}, query_->high(),
                                shape.sketch.dims, sums_.data());
    quant::EstimateBase base = quant::estimate_base(*query_, opened.key, shape.sketch.planes);
    for (uint32_t i = 0; i < count; i++) {
        quant::LinkHead head = body.head(i);
        uint64_t marked = head.address.value();
        uint64_t address = Address::plain(marked);
        if (!visited.insert(key_of(address))) continue;
        bool passes = filter_ == nullptr ||
                      filter_->link_may_pass(head.row.value(), body.hint(i), (marked & Address::kShared) != 0);
        (passes ? opened.neighbours : opened.failing)
            .push({quant::estimate_key(info_->metric, base, quant::unpack(head.scalars), sums_[i]), address});
    }
}

bool
PageStore::test_listed_rows(const Opened &opened)
{
    Vec<uint64_t> rows;
    Vec<uint8_t> attributes;
    const ListCopy copy = {&rows, filter_->attributes != nullptr ? &attributes : nullptr};
    ChainWalk walk;
    bool passes = false;
    for (uint64_t at = opened.node.more.value(); at != Address::kNone && !passes;) {
        CHECK_FOR_INTERRUPTS();
        walk.visit(index_, at);
        rows.clear();
        attributes.clear();
        at = read_row_list(index_, info_->shape, at, opened.node.stamp, copy);
        for (size_t i = 0; i < rows.size() && !passes; i++)
            passes = filter_->test(rows[i], attributes.data() + i * info_->shape.attribute_bytes) != Verdict::kFails;
    }
    rows.release();
    attributes.release();
    return passes;
}

bool
PageStore::test_node(const uint8_t *attributes, Opened &opened)
{
    opened.first = Verdict::kPasses;
    opened.passes = true;
    if (filter_ == nullptr) return true;
    uint64_t row = opened.node.row.value();
    opened.first = row == Row::kNone ? Verdict::kFails : filter_->test(row, attributes);
    opened.passes = opened.first != Verdict::kFails || test_listed_rows(opened);
    return opened.passes;
}

bool
PageStore::open(Id id, VisitedSet &visited, Opened &opened)
{
    const quant::NodeShape &shape = info_->shape;
    visited.reserve_more(shape.capacity);
    opened.neighbours.reserve(shape.capacity);
    if (filter_ != nullptr) opened.failing.reserve(shape.capacity);
    if (want_codes_) opened.code.resize(shape.padded);
    bool want_attributes = want_codes_ || filter_ != nullptr;
    if (want_attributes) opened.attributes.resize(shape.attribute_bytes);

    Buffer buffer = read_recent(index_, Address::block(id));
    DiskNode *node = node_at(index_, shape, buffer, BufferGetPage(buffer), id);
    if (node == nullptr) {
        UnlockReleaseBuffer(buffer);
        return false;
    }
    opened.node = *node;
    opened.lsn = BufferGetLSNAtomic(buffer);
    quant::NodeBody body = node_body(shape, node);
    if (want_attributes) copy_attributes(shape, opened.attributes.data(), body.attributes());
    if (shape.code_inline) {
        score_node(body, opened);
        score_links(body, visited, opened);
        UnlockReleaseBuffer(buffer);
        test_node(opened.attributes.data(), opened);
        return true;
    }
    // Never two pages at a time: the pieces are read after the node's page is left.
    memcpy(body_copy_.data(), body.bytes(), shape.body_bytes());
    UnlockReleaseBuffer(buffer);
    quant::NodeBody copy(shape, body_copy_.data());
    if (!score_node(copy, opened)) return false;
    score_links(copy, visited, opened);
    test_node(opened.attributes.data(), opened);
    return true;
}

// Slots are filled from the end of the page downwards, each with a tuple of the same size.
void
PageStore::prefetch(Id id) const
{
    uint32_t bytes = node_bytes(info_->shape);
    uint32_t end = BLCKSZ - MAXALIGN(sizeof(DiskPageTail));
    uint32_t from = end - Min(Address::offset(id) * bytes, end);
    prefetch_recent(index_, Address::block(id), from, Min(bytes, kPrefetchBytes));
}

double
opened_bound(const IndexInfo &info, const quant::Query &query, const PageStore::Opened &opened)
{
    return quant::lower_bound(info.metric, query, opened.node.scalars, opened.dot, info.shape.dims);
}

}  // namespace vhnsw::am
