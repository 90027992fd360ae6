#include "am/page_store.hpp"

#include "am/overflow.hpp"

namespace vhnsw::am {

// Beyond this the processor follows the sequence by itself.
static constexpr uint32_t kPrefetchBytes = 2048;

void
PageStore::init(Relation index, const IndexInfo &info, const quant::SpaceQuery &query, bool want_codes)
{
    index_ = index;
    info_ = &info;
    query_ = &query;
    want_codes_ = want_codes;
    sums_.resize(info.shape.capacity);
    body_copy_.resize(info.shape.body_bytes());
    unseen_.reserve(info.shape.capacity);
    neighbour_copy_.resize(info.shape.attribute_bytes + info.shape.code_bytes());
}

bool
PageStore::score_node(const quant::NodeBody &body, Opened &opened)
{
    quant::Code code;
    if (!find_code(index_, *info_, opened.node, body, apart_code_, &code)) return false;
    const double measure = query_->measure(code);
    opened.key = query_->key(code, measure);
    if (!want_codes_) {
        opened.bounds = query_->bounds(code, measure);
        return true;
    }
    if (!info_->shape.code_inline) opened.code.resize(code.size);
    if (code.size > 0) memcpy(opened.code.data(), code.bytes, code.size);
    return true;
}

// REQUIRES: room in `visited` and the lists of `opened`, so that nothing is allocated: the page may be locked.
void
PageStore::score_links(const quant::NodeBody &body, VisitedSet &visited, float limit, Opened &opened)
{
    uint32_t count = opened.node.link_count;
    if (count == 0) return;
    const quant::Estimates estimates = query_->estimate(opened.key, body.sketches(count), sums_.data());
    for (uint32_t i = 0; i < count; i++) {
        const float key = estimates.key(i, body.scalars(i));
        const uint64_t marked = body.address(i), address = Address::plain(marked);
        if (key >= limit) {
            opened.beyond.push({key, address});
            continue;
        }
        if (!visited.insert(key_of(address))) continue;
        bool passes = filter_ == nullptr ||
                      filter_->link_may_pass(body.head(i).row.value(), body.hint(i), (marked & Address::kShared) != 0);
        (passes ? opened.neighbours : opened.failing).push({key, address});
    }
}

// Scores a neighbour by its own code, and tests it as a link with sketch would be. False when it has gone.
bool
PageStore::look_at(Id id, float *key, bool *may_pass)
{
    const quant::NodeShape &shape = info_->shape;
    Buffer buffer = read_recent(index_, Address::block(id));
    DiskNode *found = node_at(index_, shape, buffer, BufferGetPage(buffer), id);
    if (found == nullptr) {
        UnlockReleaseBuffer(buffer);
        return false;
    }
    const DiskNode node = *found;
    quant::NodeBody body = node_body(shape, found);
    *may_pass = true;
    if (filter_ != nullptr) {
        uint8_t hint[kMaxHintBytes];
        make_hint(info_->attributes, body.attributes(), hint);
        *may_pass = filter_->link_may_pass(node.row.value() & ~Row::kKilled, hint, is_shared(node));
    }
    quant::Code code;
    if (shape.code_inline) {
        find_code(index_, *info_, node, body, apart_code_, &code);
        *key = query_->key(code, query_->measure(code));
        UnlockReleaseBuffer(buffer);
        return true;
    }
    memcpy(neighbour_copy_.data(), body.bytes(), neighbour_copy_.size());
    UnlockReleaseBuffer(buffer);
    if (!find_code(index_, *info_, node, {shape, neighbour_copy_.data()}, apart_code_, &code)) return false;
    *key = query_->key(code, query_->measure(code));
    return true;
}

// REQUIRES: no page locked; `body` is a copy.
void
PageStore::open_neighbours(const quant::NodeBody &body, VisitedSet &visited, Opened &opened)
{
    unseen_.clear();
    for (uint32_t i = 0; i < opened.node.link_count; i++) {
        Id id = Address::plain(body.address(i));
        if (!visited.insert(key_of(id))) continue;
        prefetch(id);
        unseen_.push(id);
    }
    for (Id id : unseen_) {
        CHECK_FOR_INTERRUPTS();
        float key;
        bool may_pass;
        if (look_at(id, &key, &may_pass)) (may_pass ? opened.neighbours : opened.failing).push({key, id});
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
PageStore::open(Id id, VisitedSet &visited, float limit, Opened &opened)
{
    const quant::NodeShape &shape = info_->shape;
    visited.reserve_more(shape.capacity);
    opened.neighbours.clear();
    opened.neighbours.reserve(shape.capacity);
    opened.beyond.clear();
    opened.beyond.reserve(shape.capacity);
    opened.failing.clear();
    if (filter_ != nullptr) opened.failing.reserve(shape.capacity);
    if (want_codes_ && shape.code_inline) opened.code.resize(shape.code_bytes());
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
    if (shape.code_inline && shape.has_sketches()) {
        score_node(body, opened);
        score_links(body, visited, limit, opened);
        UnlockReleaseBuffer(buffer);
        test_node(opened.attributes.data(), opened);
        return true;
    }
    // Never two pages at a time: pieces of the code, and neighbours, are read after the node's page is left.
    memcpy(body_copy_.data(), body.bytes(), shape.body_bytes());
    UnlockReleaseBuffer(buffer);
    quant::NodeBody copy(shape, body_copy_.data());
    if (!score_node(copy, opened)) return false;
    if (shape.has_sketches())
        score_links(copy, visited, limit, opened);
    else
        open_neighbours(copy, visited, opened);
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

}  // namespace vhnsw::am
