// Recall and cost of the search under filters, for a grid of shares and correlations between filter and query.
//   ... filter=1 [ef=40,80] [k=10] [nq=40] [budget=1] [said=1] [raise=0] [each=1] [kinds=ind,pos,negC,negM,real]
// ind: rows at random. pos: those nearest to a row at rank 50 of the query. negC: those nearest to a row from the far
// three quarters. negM: a tenth of the share among the query's nearest 5 %, the share elsewhere. real: FOLDER may hold
// filter_0.mask, filter_1.mask ...: a byte for each row, 1 where it passes.
// budget=1: as a plan would do it, the search is given up for an exact scan when its budget is spent; 0: never.
// said: the share that the search is told, as a multiple of the true one. raise=1: k rows are asked for bit by bit.
// Costs: 1.4 us a page, 25 ns an estimate, 5 us a row drawn or scanned exactly.
#include <algorithm>
#include <numeric>

#include "graph/two_frontiers.hpp"
#include "graph_bench.hpp"

namespace vhnsw::bench {

namespace {

constexpr double kPage = 1.4, kEstimate = 0.025, kHeapRow = 5;

using Mask = std::vector<uint8_t>;

// The nodes of a FusedStore, of which some hold rows that pass.
struct FilteredFused {
    using Id = FusedStore::Id;
    struct Opened {
        float key;
        Vec<graph::Candidate<Id>> neighbours;
        Vec<graph::Candidate<Id>> beyond;
        Vec<graph::Candidate<Id>> failing;
        bool passes;
    };
    FusedStore *store;
    Mask passing;  // by node
    FusedStore::Opened scratch{};

    uint64_t key_of(Id id) { return store->key_of(id); }
    Id below(Id id, const Opened &) { return id; }
    void prefetch(Id) {}
    bool open(Id id, VisitedSet &visited, float limit, Opened &opened)
    {
        store->open(id, visited, limit, scratch);
        opened.key = scratch.key;
        opened.passes = passing[id];
        opened.neighbours.clear();
        opened.failing.clear();
        for (auto neighbour : scratch.neighbours)
            (passing[neighbour.id] ? opened.neighbours : opened.failing).push(neighbour);
        return true;
    }
};

using Frontiers = graph::TwoFrontiers<FilteredFused>;

struct Cell {
    std::string kind;
    double share;  // of real ones: number of the filter
};

// What does not depend on the filter, for each query.
struct Prepared {
    std::vector<float> distances;           // exact, of every row
    std::vector<uint32_t> near, pos, negC;  // rows by distance to the query, or to a centre
};

struct Setting {
    size_t ef, k;
};

struct Totals {
    double recall, us, passing, failing, bridges, other, seen, exact, seeded, short_rows;
};

struct Filtered {
    Bench *bench;
    bool with_budget, raise;
    double said;
    std::vector<Prepared> prepared;
    std::vector<Mask> real;
    FilteredFused store;
    Frontiers frontiers;
    graph::Beam<FusedStore> beam;
    FilteredFused::Opened opened{};
    FusedStore::Opened opened_plain{};
    std::vector<std::vector<uint32_t>> rows_of;  // of a node
    std::vector<uint32_t> node_of;               // of a row
    quant::Query query, seed_query;
    std::vector<float> rotated;
    Rng rng{11};
};

std::vector<uint32_t>
by_distance(const Bench &bench, std::span<const float> centre)
{
    std::vector<float> d(bench.rows);
    std::vector<uint32_t> order(bench.rows);
    for (size_t i = 0; i < bench.rows; i++) d[i] = static_cast<float>(exact_distance(bench, centre, i));
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return d[a] < d[b]; });
    return order;
}

Prepared
prepare(const Bench &bench, size_t q, Rng &rng)
{
    Prepared p;
    std::span<const float> query = bench.queries.row(q);
    p.distances.resize(bench.rows);
    for (size_t i = 0; i < bench.rows; i++) p.distances[i] = static_cast<float>(exact_distance(bench, query, i));
    p.near = by_distance(bench, query);
    p.pos = by_distance(bench, bench.base.row(p.near[50]));
    size_t quarter = bench.rows / 4;
    p.negC = by_distance(bench, bench.base.row(p.near[quarter + rng.next() % (bench.rows - quarter)]));
    return p;
}

Mask
rows_that_pass(const Filtered &f, const Cell &cell, const Prepared &p)
{
    size_t n = f.bench->rows;
    if (cell.kind == "real") return f.real[static_cast<size_t>(cell.share)];
    Mask mask(n);
    size_t count = static_cast<size_t>(cell.share * static_cast<double>(n));
    Rng rng(static_cast<uint64_t>(cell.share * 1e6) + 3);
    if (cell.kind == "pos" || cell.kind == "negC") {
        const auto &order = cell.kind == "pos" ? p.pos : p.negC;
        for (size_t i = 0; i < count; i++) mask[order[i]] = 1;
        return mask;
    }
    for (size_t i = 0; i < n; i++) mask[i] = rng.uniform() <= cell.share;
    if (cell.kind == "negM")
        for (size_t i = 0; i < n / 20; i++) mask[p.near[i]] = mask[p.near[i]] && rng.uniform() <= 0.1;
    return mask;
}

// Formula of src/graph/README.md: pages of a search without budget.
double
expected_pages(double rows, double share, const Setting &s)
{
    double k = static_cast<double>(s.k), ef = static_cast<double>(s.ef);
    return 2.5 * std::log(rows) / std::log(16) + 1.3 * std::max(ef, k) +
           2.2 * std::pow(ef / 40, 0.55) * std::pow(k, 0.8) * std::pow(share, -0.95);
}

double
budget_of(const Filtered &f, double share, double exact, const Setting &s)
{
    if (!f.with_budget) return 1e18;
    double graph = 1.75 * expected_pages(static_cast<double>(f.bench->rows), share, s);
    return exact < 1.5 * graph ? exact / 4 : std::min(exact, std::max(exact / 2, 2 * graph));
}

// 16 passing rows; towards the nearest two a search of their own. Returns the pages it took.
size_t
seed(Filtered &f, const std::vector<uint32_t> &allowed, const Prepared &p)
{
    std::vector<uint32_t> drawn;
    for (int i = 0; i < 16; i++) drawn.push_back(allowed[f.rng.next() % allowed.size()]);
    std::sort(drawn.begin(), drawn.end(), [&](uint32_t a, uint32_t b) { return p.distances[a] < p.distances[b]; });
    drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
    size_t pages = 0, before = f.store.store->opens;
    for (size_t i = 0; i < std::min<size_t>(2, drawn.size()); i++) {
        f.bench->rotation.apply(f.bench->base.row(drawn[i]), f.rotated.data());
        f.seed_query.set(f.rotated, f.bench->shape.sketch.dims);
        f.store.store->query = &f.seed_query;
        f.beam.clear(graph::Retain::kWithinWidth);
        f.beam.enter(*f.store.store, {0, descend(*f.bench, &pages)});
        uint64_t id, nearest = 0;
        float best = INFINITY;
        while (f.beam.advance(*f.store.store, graph::kDescentWidth, id, f.opened_plain)) {
            if (!(f.opened_plain.key < best)) continue;
            best = f.opened_plain.key;
            nearest = id;
        }
        f.store.store->query = &f.query;
        float key = f.store.store->key(static_cast<uint32_t>(nearest));
        f.frontiers.enter_seed(f.store, {key, nearest}, f.store.passing[nearest]);
    }
    f.frontiers.forgo_seeds();
    return pages + (f.store.store->opens - before);
}

struct Outcome {
    std::vector<float> found;  // distances of the rows found
    double us = 0;
    size_t other_pages = 0;  // of descents
    bool seeded = false, exact = false;
};

// The whole of a filtered search, as a plan would do it.
Outcome
search(Filtered &f, size_t q, const Prepared &p, const std::vector<uint32_t> &allowed, const Mask &mask,
       const Setting &s)
{
    Outcome out;
    double exact = kHeapRow * static_cast<double>(allowed.size());
    double share = static_cast<double>(allowed.size()) / static_cast<double>(f.bench->rows);
    double budget = budget_of(f, share, exact, s), told = std::min(1.0, share * f.said);
    f.bench->rotation.apply(f.bench->queries.row(q), f.rotated.data());
    f.query.set(f.rotated, f.bench->shape.sketch.dims);
    f.store.store->query = &f.query;
    f.frontiers.clear();
    size_t rows = f.raise ? std::min<size_t>(s.k, 10) : s.k;
    f.frontiers.set_goal({rows, s.ef, told});
    uint32_t entry = descend(*f.bench, &out.other_pages);
    f.frontiers.enter(f.store, {0, entry}, f.store.passing[entry]);
    out.exact = f.with_budget && allowed.size() <= std::max<size_t>(30, s.k);
    size_t opened = 0;
    while (!out.exact) {
        uint64_t id;
        Frontiers::Step step = f.frontiers.advance(f.store, id, f.opened);
        if (step != Frontiers::Step::kOpened) {
            if (step == Frontiers::Step::kExhausted || rows >= s.k) break;
            rows = std::min(2 * rows, s.k);
            f.frontiers.set_goal({rows, s.ef, told});
            continue;
        }
        opened++;
        if (f.opened.passes)
            for (uint32_t row : f.rows_of[id])
                if (mask[row]) out.found.push_back(p.distances[row]);
        out.us = kPage * static_cast<double>(opened + out.other_pages) +
                 kEstimate * static_cast<double>(f.frontiers.counts().seen) + (out.seeded ? 16 * kHeapRow : 0);
        bool pressed = f.with_budget && out.us >= exact / 8 && out.us + 150 <= budget;
        if (f.frontiers.wants_seeds(pressed)) {
            out.seeded = true;
            out.other_pages += seed(f, allowed, p);
        }
        out.exact = out.us > budget;
    }
    if (f.with_budget && out.found.size() < std::min(s.k, allowed.size())) out.exact = true;
    if (out.exact) {
        out.us += exact;
        out.found.clear();
        for (uint32_t row : allowed) out.found.push_back(p.distances[row]);
    }
    return out;
}

void
account(const Filtered &f, const Outcome &out, const Prepared &p, const std::vector<uint32_t> &allowed, size_t k,
        Totals &t)
{
    std::vector<float> wanted, found = out.found;
    for (uint32_t row : allowed) wanted.push_back(p.distances[row]);
    size_t count = std::min(k, wanted.size());
    if (count == 0) return;
    std::nth_element(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(count) - 1, wanted.end());
    float kth = wanted[count - 1];
    size_t hits = 0;
    for (float d : found) hits += d <= kth + std::fabs(kth) * 1e-6f;
    t.recall += static_cast<double>(std::min(hits, count)) / static_cast<double>(count);
    t.short_rows += found.size() < count;
    const auto &counts = f.frontiers.counts();
    t.us += out.us;
    t.passing += static_cast<double>(counts.opened_passing);
    t.failing += static_cast<double>(counts.opened_failing);
    t.bridges += static_cast<double>(counts.opened_bridges);
    t.other += static_cast<double>(out.other_pages);
    t.seen += static_cast<double>(counts.seen);
    t.exact += out.exact;
    t.seeded += out.seeded;
}

// One line for each setting.
void
run_cell(Filtered &f, const Cell &cell, const std::vector<Setting> &settings, std::vector<std::vector<Totals>> &all,
         bool each)
{
    std::vector<Totals> totals(settings.size());
    double queries = static_cast<double>(f.prepared.size()), count = 0;
    for (size_t q = 0; q < f.prepared.size(); q++) {
        Mask mask = rows_that_pass(f, cell, f.prepared[q]);
        std::vector<uint32_t> allowed;
        std::fill(f.store.passing.begin(), f.store.passing.end(), uint8_t{0});
        for (uint32_t row = 0; row < f.bench->rows; row++)
            if (mask[row]) allowed.push_back(row), f.store.passing[f.node_of[row]] = 1;
        count += static_cast<double>(allowed.size()) / queries;
        for (size_t i = 0; i < settings.size(); i++) {
            Outcome out = search(f, q, f.prepared[q], allowed, mask, settings[i]);
            account(f, out, f.prepared[q], allowed, settings[i].k, totals[i]);
        }
    }
    for (size_t i = 0; i < settings.size(); i++) {
        Totals &t = totals[i];
        for (double *v = &t.recall; v <= &t.short_rows; v++) *v /= queries;
        all[i].push_back(t);
        if (each)
            printf("%-4s %-6g rows %6.0f  ef %3zu k %3zu  recall %.4f  us %7.0f  pages %6.1f = %.1f passing + %.1f "
                   "failing + %.1f bridges + %.1f descents, seen %.0f, exact %.2f, seeded %.2f, short %.2f\n",
                   cell.kind.c_str(), cell.share, count, settings[i].ef, settings[i].k, t.recall, t.us,
                   t.passing + t.failing + t.bridges + t.other, t.passing, t.failing, t.bridges, t.other, t.seen,
                   t.exact, t.seeded, t.short_rows);
    }
    fflush(stdout);
}

std::vector<Cell>
cells(const Filtered &f, const std::string &kinds)
{
    std::vector<Cell> all;
    auto add = [&](const char *kind, std::initializer_list<double> shares) {
        if (kinds.find(kind) == std::string::npos) return;
        for (double share : shares) all.push_back({kind, share});
    };
    add("ind", {1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.003, 0.001});
    add("pos", {0.2, 0.05, 0.01, 0.003});
    add("negC", {0.5, 0.2, 0.1, 0.05, 0.01, 0.003});
    add("negM", {0.5, 0.2, 0.05, 0.02, 0.01});
    if (kinds.find("real") != std::string::npos)
        for (size_t i = 0; i < f.real.size(); i++) all.push_back({"real", static_cast<double>(i)});
    return all;
}

std::vector<Mask>
read_masks(const std::string &folder, size_t rows)
{
    std::vector<Mask> masks;
    for (;;) {
        FILE *file = fopen((folder + "/filter_" + std::to_string(masks.size()) + ".mask").c_str(), "rb");
        if (!file) return masks;
        Mask mask(rows);
        if (fread(mask.data(), 1, rows, file) != rows) mask.clear();
        fclose(file);
        if (mask.empty()) return masks;
        masks.push_back(mask);
    }
}

std::vector<size_t>
numbers(const std::string &list)
{
    std::vector<size_t> values;
    for (size_t at = 0; at < list.size(); at = std::min(list.find(',', at), list.size() - 1) + 1)
        values.push_back(std::stoul(list.substr(at)));
    return values;
}

}  // namespace

void
run_filtered(Bench &bench, const std::string &folder, const Options &options)
{
    Filtered f{};
    f.bench = &bench;
    f.with_budget = options.number("budget", 1) != 0;
    f.raise = options.number("raise", 0) != 0;
    f.said = std::stod(options.text("said", "1"));
    f.real = read_masks(folder, bench.rows);
    f.store.store = &bench.store;
    f.rotated.resize(bench.shape.padded);
    uint32_t nodes = bench.arena.node_count();
    f.store.passing.resize(nodes);
    f.rows_of.resize(nodes);
    f.node_of.resize(bench.rows);
    for (uint32_t i = 0; i < nodes; i++) {
        graph::ArenaNode *node = bench.arena.node(i);
        if (!node->published) continue;
        f.rows_of[i].push_back(static_cast<uint32_t>(node->row));
        for (uint32_t row = node->more_rows; row != graph::kNoRecord; row = bench.arena.row(row)->next)
            f.rows_of[i].push_back(static_cast<uint32_t>(bench.arena.row(row)->row));
        for (uint32_t row : f.rows_of[i]) f.node_of[row] = i;
    }
    size_t queries = std::min<size_t>(options.number("nq", 40), bench.queries.count());
    for (size_t q = 0; q < queries; q++) f.prepared.push_back(prepare(bench, q, f.rng));

    std::vector<Setting> settings;
    for (size_t k : numbers(options.text("k", "10")))
        for (size_t ef : numbers(options.text("ef", "40,80"))) settings.push_back({ef, k});
    std::vector<std::vector<Totals>> all(settings.size());
    for (const Cell &cell : cells(f, options.text("kinds", "ind,pos,negC,negM,real")))
        run_cell(f, cell, settings, all, options.number("each", 1) != 0);
    for (size_t i = 0; i < settings.size(); i++) {
        double recall = 0, us = 0, good = 0, fair = 0, n = static_cast<double>(all[i].size());
        for (const Totals &t : all[i]) {
            recall += t.recall / n;
            us += std::log(t.us) / n;
            good += (t.recall >= 0.95) / n;
            fair += (t.recall >= 0.90) / n;
        }
        printf("ef %3zu k %3zu: %.0f cells, mean recall %.4f, %.0f %% of .95, %.0f %% of .90, geometric mean %.0f us\n",
               settings[i].ef, settings[i].k, n, recall, 100 * good, 100 * fair, std::exp(us));
    }
}

}  // namespace vhnsw::bench
