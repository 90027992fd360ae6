// Codes of every kind: measures, keys, bounds and what sketches say, against the definition.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "kernel/kernel.hpp"
#include "quant/fused.hpp"
#include "quant/space.hpp"
#include "unit.hpp"

namespace {

using namespace vhnsw;
using namespace vhnsw::quant;
using Floats = std::vector<float>;

// A vector of any kind, with what the SQL operators make of it.
struct Vector {
    uint32_t dims;
    Floats values;
    std::vector<int32_t> indices;
    std::vector<uint8_t> bits;

    VectorView view() const
    {
        VectorView view;
        view.dims = dims;
        view.values = values;
        view.indices = indices;
        view.bits = bits;
        return view;
    }
};

double
sum_of(const Vector &a, const Vector &b, double (*term)(double, double))
{
    double sum = 0;
    size_t i = 0, j = 0;
    while (i < a.indices.size() || j < b.indices.size()) {
        bool from_a = j == b.indices.size() || (i < a.indices.size() && a.indices[i] <= b.indices[j]);
        bool from_b = i == a.indices.size() || (j < b.indices.size() && b.indices[j] <= a.indices[i]);
        double x = from_a ? static_cast<double>(a.values[i++]) : 0;
        double y = from_b ? static_cast<double>(b.values[j++]) : 0;
        sum += term(x, y);
    }
    return sum;
}

double
product(double x, double y)
{
    return x * y;
}

double
sparse_operator(Metric metric, const Vector &a, const Vector &b)
{
    if (metric == Metric::kInnerProduct) return -static_cast<double>(static_cast<float>(sum_of(a, b, product)));
    if (metric == Metric::kL1)
        return static_cast<float>(sum_of(a, b, [](double x, double y) { return std::fabs(x - y); }));
    if (metric == Metric::kCosine) {
        double cosine = sum_of(a, b, product) / std::sqrt(sum_of(a, a, product) * sum_of(b, b, product));
        return 1 - std::clamp(cosine, -1.0, 1.0);
    }
    float squared = static_cast<float>(sum_of(a, b, [](double x, double y) { return (x - y) * (x - y); }));
    return std::sqrt(static_cast<double>(squared));
}

double
bits_operator(Metric metric, const Vector &a, const Vector &b)
{
    double differing = 0, common = 0, set = 0;
    for (size_t i = 0; i < a.bits.size(); i++) {
        differing += std::popcount(static_cast<uint8_t>(a.bits[i] ^ b.bits[i]));
        common += std::popcount(static_cast<uint8_t>(a.bits[i] & b.bits[i]));
        set += std::popcount(a.bits[i]) + std::popcount(b.bits[i]);
    }
    if (metric == Metric::kHamming) return differing;
    return common == 0 ? 1 : 1 - common / (set - common);
}

Space
space_of(Metric metric, CodeKind kind, uint32_t dims, unsigned planes = 0, const Rotation *rotation = nullptr)
{
    uint32_t padded = padded_dims(kind, dims);
    return {metric, kind, dims, padded, {planes > 0 ? padded : 0, planes}, rotation};
}

struct Encoded {
    std::vector<uint8_t> bytes;
    Code code;

    Encoded(const Space &space, const Vector &vector)
    {
        Preparation preparation;
        const Prepared &prepared = preparation.prepare(space, vector.view());
        bytes.resize(code_bytes_of(space, prepared));
        CodeScalars scalars = encode(space, prepared, bytes.data());
        code = {bytes.data(), static_cast<uint32_t>(bytes.size()), scalars};
    }
};

// A query and its preparation.
struct Asking {
    SpaceQuery query;

    Asking(const Space &space, const Vector &vector)
    {
        Preparation preparation;
        query.set(space, preparation.prepare(space, vector.view()));
    }
};

Vector
random_sparse(Rng &rng, uint32_t dims, size_t count, double largest = 1)
{
    std::set<int32_t> indices;
    while (indices.size() < count) indices.insert(static_cast<int32_t>(rng.next() % dims));
    Vector v{dims, {}, {indices.begin(), indices.end()}, {}};
    for (size_t i = 0; i < count; i++) v.values.push_back(static_cast<float>((rng.uniform() - 0.5) * 2 * largest));
    return v;
}

Vector
random_bits(Rng &rng, uint32_t dims, double share)
{
    Vector v{dims, {}, {}, std::vector<uint8_t>((dims + 7) / 8)};
    for (uint32_t i = 0; i < dims; i++)
        if (rng.uniform() < share) v.bits[i / 8] |= static_cast<uint8_t>(0x80 >> (i % 8));
    return v;
}

Vector
random_dense(Rng &rng, uint32_t dims, double largest = 1)
{
    Vector v{dims, Floats(dims), {}, {}};
    for (float &x : v.values) x = static_cast<float>((rng.uniform() - 0.5) * 2 * largest);
    return v;
}

template <typename Action>
void
on_each_instruction_set(const Action &action)
{
    const kernel::Kernels *before = kernel::active;
    for (const kernel::Kernels *const *table = kernel::available_kernels(); *table != nullptr; table++) {
        kernel::active = *table;
        action();
    }
    kernel::active = before;
}

void
expect_bound(const Space &space, const Vector &query, const Vector &x, double result)
{
    Asking asking(space, query);
    Encoded encoded(space, x);
    double measure = asking.query.measure(encoded.code);
    Bounds bounds = asking.query.bounds(encoded.code, measure);
    double at = std::isnan(result) ? std::numeric_limits<double>::infinity() : result;  // it sorts there
    EXPECT_WITH(bounds.lower <= at && at <= bounds.upper, "%s, metric %d, %u dims: %.9g <= %.9g <= %.9g",
                kernel::active->name, static_cast<int>(space.metric), space.dims, bounds.lower, at, bounds.upper);
    EXPECT(!std::isnan(asking.query.key(encoded.code, measure)));
}

// Ordinary and hostile: one large element, all equal, tiny, huge, mixed scales.
std::vector<Vector>
dense_zoo(Rng &rng, uint32_t dims)
{
    std::vector<Vector> zoo;
    for (double largest : {1.0, 1e-30, 1e-42, 1e5, 1e18, 3e38}) zoo.push_back(random_dense(rng, dims, largest));
    zoo.push_back({dims, Floats(dims, 0), {}, {}});
    zoo.push_back({dims, Floats(dims, 7), {}, {}});
    zoo.push_back({dims, Floats(dims, -3e38f), {}, {}});
    Vector spike = {dims, Floats(dims, 1e-3f), {}, {}};
    spike.values[dims / 2] = 1e6f;
    zoo.push_back(spike);
    Vector mixed = random_dense(rng, dims);
    for (size_t i = 0; i < dims; i += 2) mixed.values[i] *= 1e-6f;
    zoo.push_back(mixed);
    Vector near = zoo[0];
    for (float &x : near.values) x *= 1 + 1e-6f;
    zoo.push_back(near);
    return zoo;
}

}  // namespace

UNIT_TEST(quant_space_l1_bound_holds)
{
    Rng rng(201);
    on_each_instruction_set([&] {
        for (uint32_t dims : {1u, 3u, 32u, 100u, 1536u, 16000u}) {
            Space space = space_of(Metric::kL1, CodeKind::kPlain, dims);
            std::vector<Vector> zoo = dense_zoo(rng, dims);
            for (const Vector &a : zoo)
                for (const Vector &b : zoo) {
                    float result = kernel::active->l1(a.values.data(), b.values.data(), dims);
                    expect_bound(space, a, b, static_cast<double>(result));
                }
        }
    });
}

// A node's rows have the same code, and what refines it must hold for each of them, or not be used.
UNIT_TEST(quant_space_refined_bounds_hold_for_every_row_of_a_node)
{
    Rng rng(206);
    int shared = 0, narrow = 0;
    for (uint32_t dims : {3u, 40u, 768u}) {
        Rotation rotation = Rotation::make(7, dims);
        Space space = space_of(Metric::kL2, CodeKind::kRotated, dims, 1, &rotation);
        space.refined = true;
        for (int i = 0; i < 60; i++) {
            Vector first = random_dense(rng, dims), second = first;
            if (i % 3 > 0)
                for (float &x : second.values)
                    x += static_cast<float>((rng.uniform() - 0.5) * (i % 3 == 1 ? 1e-4 : 1e-6));
            Encoded node(space, first), added(space, second);
            if (!is_same(space, node.code, added.code)) continue;
            shared++;
            share_refinement(space, node.bytes.data(), added.bytes.data());
            node.code.scalars.error = std::max(node.code.scalars.error, added.code.scalars.error);
            for (const Vector &row : {first, second})
                for (const Vector &asked : {random_dense(rng, dims), first, second}) {
                    Asking asking(space, asked);
                    Bounds bounds = asking.query.bounds(node.code, asking.query.measure(node.code));
                    double result = std::sqrt(
                        static_cast<double>(kernel::active->l2_squared(asked.values.data(), row.values.data(), dims)));
                    EXPECT_WITH(bounds.lower <= result && result <= bounds.upper, "%u dims: %.9g <= %.9g <= %.9g", dims,
                                bounds.lower, result, bounds.upper);
                    narrow += result > 0.1 && bounds.upper - bounds.lower < 0.002 * result;
                }
        }
    }
    EXPECT_WITH(shared > 100 && narrow > 50, "%d nodes, %d narrow bounds", shared, narrow);
}

UNIT_TEST(quant_space_l1_is_precise)
{
    Rng rng(202);
    Space space = space_of(Metric::kL1, CodeKind::kPlain, 200);
    for (int i = 0; i < 100; i++) {
        Vector a = random_dense(rng, 200), b = random_dense(rng, 200);
        double exact = 0;
        for (size_t d = 0; d < 200; d++) exact += std::fabs(static_cast<double>(a.values[d]) - b.values[d]);
        Asking asking(space, a);
        Encoded x(space, a), y(space, b);
        double measure = asking.query.measure(y.code);
        EXPECT_WITH(std::fabs(measure - exact) < 0.01 * exact, "%g, exact %g", measure, exact);
        EXPECT_WITH(asking.query.bounds(y.code, measure).lower > 0.98 * exact, "%g, exact %g",
                    asking.query.bounds(y.code, measure).lower, exact);
        float pair = pair_key(space, x.code, y.code);
        EXPECT_WITH(std::fabs(pair - exact) < 0.02 * exact, "%g, exact %g", pair, exact);
    }
}

UNIT_TEST(quant_space_sparse_bound_holds)
{
    Rng rng(203);
    for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine, Metric::kL1}) {
        constexpr uint32_t kDims = 1000;
        std::vector<Vector> zoo;
        for (double largest : {1.0, 1e-25, 1e-42, 1e5, 1e19, 3e38})
            for (size_t count : {1u, 30u, 300u}) zoo.push_back(random_sparse(rng, kDims, count, largest));
        zoo.push_back({kDims, {}, {}, {}});
        zoo.push_back(zoo[1]);
        for (float &x : zoo.back().values) x *= 1 + 1e-6f;
        Space space = space_of(metric, CodeKind::kSparse, kDims);
        for (const Vector &a : zoo)
            for (const Vector &b : zoo) {
                // Zero vectors have no direction; the access method keeps them out of the graph.
                if (metric == Metric::kCosine && (a.values.empty() || b.values.empty())) continue;
                expect_bound(space, a, b, sparse_operator(metric, a, b));
            }
    }
}

UNIT_TEST(quant_space_bits_are_exact)
{
    Rng rng(204);
    for (Metric metric : {Metric::kHamming, Metric::kJaccard})
        for (uint32_t dims : {1u, 7u, 64u, 100u, 1536u, 64000u}) {
            Space space = space_of(metric, CodeKind::kBits, dims, dims <= 2048 ? 1 : 0);
            std::vector<Vector> zoo;
            for (double share : {0.0, 0.05, 0.5, 0.5, 1.0}) zoo.push_back(random_bits(rng, dims, share));
            on_each_instruction_set([&] {
                for (const Vector &a : zoo)
                    for (const Vector &b : zoo) {
                        double result = bits_operator(metric, a, b);
                        expect_bound(space, a, b, result);
                        Encoded x(space, a), y(space, b);
                        Asking asking(space, a);
                        double measure = asking.query.measure(y.code);
                        EXPECT(asking.query.bounds(y.code, measure).lower == result);
                        EXPECT(asking.query.key(y.code, measure) == static_cast<float>(result));
                        EXPECT(pair_key(space, x.code, y.code) == static_cast<float>(result));
                    }
            });
        }
}

UNIT_TEST(quant_space_equal_vectors_have_equal_codes)
{
    Rng rng(205);
    Vector dense = random_dense(rng, 100), bits = random_bits(rng, 100, 0.3), sparse = random_sparse(rng, 5000, 40);
    Encoded a(space_of(Metric::kL1, CodeKind::kPlain, 100), dense);
    Encoded b(space_of(Metric::kHamming, CodeKind::kBits, 100), bits);
    Encoded c(space_of(Metric::kL2, CodeKind::kSparse, 5000), sparse);
    EXPECT(a.bytes == Encoded(space_of(Metric::kL1, CodeKind::kPlain, 100), dense).bytes);
    EXPECT(b.bytes == Encoded(space_of(Metric::kHamming, CodeKind::kBits, 100), bits).bytes);
    EXPECT(c.bytes == Encoded(space_of(Metric::kL2, CodeKind::kSparse, 5000), sparse).bytes);
    EXPECT(c.bytes.size() == 320 && b.bytes.size() == 16 && a.bytes.size() == 128);
}

namespace {

// Links of one node as a page has them.
struct LinkPage {
    NodeShape shape;
    std::vector<uint8_t> bytes;
    NodeBody body;
    uint32_t count = 0;

    LinkPage(const Space &space)
        : shape{space.kind, space.dims, space.padded, space.sketch, 40, space.kind != CodeKind::kSparse},
          bytes(shape.body_bytes()), body(shape, bytes.data())
    {
    }

    void add(const Space &space, const Code &from, const Code &to)
    {
        Vec<float> fold;
        Floats x(space.frame_bytes() / 4 + 1), y(space.frame_bytes() / 4 + 1), scratch(space.padded);
        unfold(space, from, fold, reinterpret_cast<uint8_t *>(x.data()));
        unfold(space, to, fold, reinterpret_cast<uint8_t *>(y.data()));
        LinkHead head{};
        head.address = Packed48::from(count);
        head.scalars = make_sketch(space, reinterpret_cast<uint8_t *>(x.data()), reinterpret_cast<uint8_t *>(y.data()),
                                   scratch.data(), body.sketch(count));
        body.set_head(count++, head);
    }
};

}  // namespace

UNIT_TEST(quant_space_links_of_bits_estimate_exactly)
{
    Rng rng(206);
    for (Metric metric : {Metric::kHamming, Metric::kJaccard}) {
        Space space = space_of(metric, CodeKind::kBits, 777, 1);
        Vector owner = random_bits(rng, 777, 0.4), query = random_bits(rng, 777, 0.4);
        Encoded own(space, owner);
        LinkPage page(space);
        std::vector<Vector> neighbours;
        for (int i = 0; i < 30; i++) neighbours.push_back(random_bits(rng, 777, 0.1 + 0.02 * i));
        for (const Vector &v : neighbours) page.add(space, own.code, Encoded(space, v).code);
        Asking asking(space, query);
        int32_t sums[40];
        float keys[40];
        const Estimates estimates = asking.query.estimate(0, page.body.sketches(page.count), sums);
        for (uint32_t i = 0; i < page.count; i++) keys[i] = estimates.key(i, page.body.head(i).scalars);
        for (uint32_t i = 0; i < page.count; i++) {
            EXPECT(keys[i] == static_cast<float>(bits_operator(metric, query, neighbours[i])));
            EXPECT(link_key(space, own.bytes.data(), own.code.scalars.norm, page.body.view(i)) ==
                   static_cast<float>(bits_operator(metric, owner, neighbours[i])));
            EXPECT(between_links(space, page.body.view(i), page.body.view(0)) ==
                   static_cast<float>(bits_operator(metric, neighbours[i], neighbours[0])));
        }
        WaySketches way;
        Encoded asked(space, query);
        way.set(space, asked.bytes.data(), own.bytes.data(), nullptr);
        float again[40];
        const Estimates from_there = way.estimate(page.body.sketches(page.count), sums);
        for (uint32_t i = 0; i < page.count; i++) again[i] = from_there.key(i, page.body.head(i).scalars);
        EXPECT(std::equal(keys, keys + page.count, again));
    }
}

// Folding and one bit a dimension: unbiased, and no noisier than README.md says.
UNIT_TEST(quant_space_links_of_sparse_vectors_estimate_well)
{
    Rng rng(207);
    const Rotation rotation = Rotation::make(5, kSparseFrame);
    for (Metric metric : {Metric::kL2, Metric::kInnerProduct}) {
        Space space = space_of(metric, CodeKind::kSparse, 20000, 1, &rotation);
        double sum = 0, squares = 0, scale = 0;
        int n = 0;
        for (int round = 0; round < 60; round++) {
            Vector owner = random_sparse(rng, 20000, 60), query = random_sparse(rng, 20000, 60);
            Encoded own(space, owner);
            Asking asking(space, query);
            LinkPage page(space);
            std::vector<Vector> neighbours;
            for (int i = 0; i < 30; i++) {
                // Half of the owner's elements, and others.
                Vector v = random_sparse(rng, 20000, 60);
                std::set<int32_t> taken(v.indices.begin(), v.indices.end());
                Vector merged{20000, {}, {}, {}};
                for (int32_t index : owner.indices)
                    if (index % 2 == 0) taken.insert(index);
                for (int32_t index : taken) {
                    merged.indices.push_back(index);
                    auto at = std::find(owner.indices.begin(), owner.indices.end(), index);
                    bool shared = at != owner.indices.end() && index % 2 == 0;
                    merged.values.push_back(shared ? owner.values[static_cast<size_t>(at - owner.indices.begin())]
                                                   : static_cast<float>(rng.uniform() - 0.5));
                }
                neighbours.push_back(merged);
                page.add(space, own.code, Encoded(space, merged).code);
            }
            int32_t sums[40];
            float keys[40];
            float node_key = asking.query.key(own.code, asking.query.measure(own.code));
            const Estimates estimates = asking.query.estimate(node_key, page.body.sketches(page.count), sums);
            for (uint32_t i = 0; i < page.count; i++) keys[i] = estimates.key(i, page.body.head(i).scalars);
            for (uint32_t i = 0; i < page.count; i++) {
                Encoded to(space, neighbours[i]);
                double exact = asking.query.key(to.code, asking.query.measure(to.code));
                double error = keys[i] - exact;
                sum += error;
                squares += error * error;
                scale += std::sqrt(sum_of(query, query, product) * sum_of(neighbours[i], neighbours[i], product));
                n++;
            }
        }
        double mean = sum / n, deviation = std::sqrt(squares / n), unit = scale / n;
        double factor = metric == Metric::kL2 ? 2 : 1;
        EXPECT_WITH(std::fabs(mean) < 0.03 * factor * unit, "metric %d: mean %g of %g", static_cast<int>(metric), mean,
                    unit);
        EXPECT_WITH(deviation < 0.12 * factor * unit, "metric %d: deviation %g of %g", static_cast<int>(metric),
                    deviation, unit);
    }
}

UNIT_TEST(quant_space_measures_damaged_codes)
{
    Rng rng(208);
    Vector query = random_sparse(rng, 1000, 50);
    Space space = space_of(Metric::kL2, CodeKind::kSparse, 1000);
    Asking asking(space, query);
    for (int i = 0; i < 200; i++) {
        std::vector<uint8_t> bytes(8 * (rng.next() % 60));
        for (uint8_t &byte : bytes) byte = static_cast<uint8_t>(rng.next());
        Code code = {bytes.data(), static_cast<uint32_t>(bytes.size()), {0, 0, 0}};
        double measure = asking.query.measure(code);
        EXPECT(!std::isnan(asking.query.key(code, measure)) && !std::isnan(asking.query.bounds(code, measure).lower));
    }
}
