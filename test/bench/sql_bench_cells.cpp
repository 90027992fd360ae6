// The table and the questions of filtered search.
#include <numeric>
#include <random>
#include <sstream>

#include "sql_bench_filter.hpp"

namespace bench {
namespace {

constexpr size_t kAnchorRank = 50;         // how near to its query the centre of a positively correlated filter is
constexpr double kNear = 0.05;             // the part around a query that a negM filter thins out
constexpr double kThinned = 0.1;           // ... to this share
constexpr double kBanned = 0.2;            // the part around a query without any row of a negR filter
constexpr double kFar = 0.25;              // the centre of a negC filter is beyond this part
constexpr size_t kConditionQueries = 200;  // filters.csv has answers for so many

std::string
read_text(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The place of every row when rows are ordered by key, then id.
Column
ranks(const std::vector<double> &keys)
{
    std::vector<uint32_t> order(keys.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return keys[a] < keys[b]; });
    std::vector<int32_t> places(keys.size());
    for (size_t i = 0; i < order.size(); i++) places[order[i]] = static_cast<int32_t>(i);
    return std::make_shared<const std::vector<int32_t>>(std::move(places));
}

std::vector<double>
random_keys(size_t count, unsigned seed)
{
    std::mt19937_64 generator(seed);
    std::vector<double> keys(count);
    for (double &key : keys) key = static_cast<double>(generator() >> 11) / 9007199254740992.0;
    return keys;
}

// Random keys that a query's nearest rows get larger ones of: times `factor`, or last of all.
Column
repelled(const std::vector<Neighbour> &nearest, double part, double factor, unsigned seed)
{
    std::vector<double> keys = random_keys(nearest.size(), seed);
    const auto count = static_cast<size_t>(part * static_cast<double>(nearest.size()));
    for (size_t i = 0; i < count; i++) {
        double &key = keys[nearest[i].id];
        key = std::isinf(factor) ? 1 + key : factor * key;
    }
    return ranks(keys);
}

// Rows ordered around one of them, with the queries nearest to it, and others for which it is far away.
GridColumn
around_anchor(const Bench &bench, Rankings &rankings, size_t number, size_t probes)
{
    const VectorSet &set = bench.set;
    const size_t first = (2 * number + 1) * set.query.rows() / static_cast<size_t>(2 * bench.number("anchors"));
    const auto anchor = set.base.row(rankings.of(first)[kAnchorRank].id);
    std::vector<double> keys, queries;
    for (size_t i = 0; i < set.base.rows(); i++) keys.push_back(filter_distance(set, set.base.row(i), anchor));
    for (size_t q = 0; q < set.query.rows(); q++) queries.push_back(filter_distance(set, set.query.row(q), anchor));

    GridColumn column = {"c" + std::to_string(number), ranks(keys), {{"pos", {first}}}};
    const Column places = ranks(queries);
    for (size_t place = 0; column.probes["pos"].size() < probes; place++)
        for (size_t q = 0; q < queries.size(); q++)
            if ((*places)[q] == static_cast<int32_t>(place) && q != first) column.probes["pos"].push_back(q);

    std::mt19937_64 generator(number);
    for (int tries = 0; column.probes["negC"].size() < probes && tries < 10000; tries++) {
        const size_t q = generator() % set.query.rows();
        const std::vector<Neighbour> &nearest = rankings.of(q);
        if (nearest[static_cast<size_t>(kFar * static_cast<double>(nearest.size()))].distance < queries[q])
            column.probes["negC"].push_back(q);
    }
    return column;
}

// Metadata as texts, then with types: int, float8, text[] or text, whatever all values are.
std::string
typed_columns(Side &side, const std::string &header)
{
    std::istringstream names(header);
    std::string list;
    for (std::string name; std::getline(names, name, ',');) {
        if (name == "id") continue;
        const std::string type =
            side.db.value("SELECT CASE WHEN bool_and(" + name + " ~ '^-?[0-9]{1,9}$') THEN 'int' WHEN bool_and(" +
                          name + " ~ '^-?[0-9]+[.]?[0-9]*$') THEN 'float8' WHEN bool_and(" + name +
                          " ~ '^[{].*[}]$') THEN 'text[]' ELSE 'text' END FROM bench_meta");
        list += ", m." + name + "::" + type;
    }
    return list;
}

void
create_filtered(const Bench &bench, Side &side, const std::string &table, const std::vector<GridColumn> &columns)
{
    const fs::path folder = bench.options.at("set");
    const std::string meta = read_text(folder / "meta.csv");
    std::string select = "SELECT i.id, i.embedding", from = " FROM " + table + " i";
    if (!meta.empty()) {
        std::string header = meta.substr(0, meta.find_first_of("\r\n")), texts;
        std::istringstream names(header);
        for (std::string name; std::getline(names, name, ',');) texts += (texts.empty() ? "" : ", ") + name + " text";
        side.db.exec("CREATE TEMP TABLE bench_meta (" + texts + ")");
        side.db.copy_text("bench_meta", "(FORMAT csv, HEADER)", meta);
        select += typed_columns(side, header);
        from += " JOIN bench_meta m ON m.id::int = i.id";
    }
    std::string declared = "id int", lines;
    for (const GridColumn &column : columns) {
        declared += ", " + column.name + " int";
        select += ", g." + column.name;
    }
    for (size_t i = 0; i < bench.set.base.rows(); i++) {
        lines += std::to_string(i);
        for (const GridColumn &column : columns) lines += "\t" + std::to_string((*column.values)[i]);
        lines += "\n";
    }
    side.db.exec("CREATE TEMP TABLE bench_grid (" + declared + ")");
    side.db.copy_text("bench_grid", "", lines);
    side.db.exec("ANALYZE bench_grid");
    const std::string name = filtered_name(table);
    side.db.exec("DROP TABLE IF EXISTS " + name);
    side.db.exec("CREATE TABLE " + name + " AS " + select + from + " JOIN bench_grid g ON g.id = i.id ORDER BY i.id");
    side.db.exec("ALTER TABLE " + name + " ADD PRIMARY KEY (id)");
    side.db.exec("DROP TABLE IF EXISTS bench_meta, bench_grid");
}

void
load_conditions(const Bench &bench, Side &side, const std::string &table)
{
    const std::string name = filtered_name(table) + "_conditions";
    side.db.exec("DROP TABLE IF EXISTS " + name);
    side.db.exec("CREATE TABLE " + name +
                 " (n int, condition text, rows int, fraction float8, queries int, k int, metric text)");
    const std::string conditions = read_text(fs::path(bench.options.at("set")) / "filters.csv");
    if (!conditions.empty()) side.db.copy_text(name, "(FORMAT csv, HEADER)", conditions);
}

// The answers stored with the set must be as far away as ours.
void
check_stored_answers(const Bench &bench, const std::string &number, const Probe &probe,
                     const std::vector<Neighbour> &nearest)
{
    const fs::path path = fs::path(bench.options.at("set")) / ("gt_filter_" + number + ".ivecs");
    if (!fs::exists(path)) return;
    const auto stored = read_matrix<int32_t, int32_t>(path);
    std::vector<double> ours;
    for (size_t i = 0; i < nearest.size() && ours.size() < stored.dim; i++)
        if (probe.passes(nearest[i].id)) ours.push_back(nearest[i].distance);
    for (size_t i = 0; i < ours.size(); i++) {
        const int32_t id = stored.row(probe.query)[i];
        if (id < 0 ||
            std::abs(bench.set.distance(probe.query, static_cast<size_t>(id)) - ours[i]) > 1e-4 * ours[i] + 1e-6)
            fail(path.string() + " does not agree with the condition");
    }
}

}  // namespace

double
filter_distance(const VectorSet &set, std::span<const float> a, std::span<const float> b)
{
    const double distance = set.distance(a, b);
    return std::isnan(distance) ? INFINITY : distance;
}

const std::vector<Neighbour> &
Rankings::of(size_t query)
{
    std::vector<Neighbour> &rows = known_[query];
    if (rows.empty()) {
        for (uint32_t id = 0; id < set_.base.rows(); id++)
            rows.push_back({id, filter_distance(set_, set_.query.row(query), set_.base.row(id))});
        std::sort(rows.begin(), rows.end(), [](const Neighbour &a, const Neighbour &b) {
            return a.distance != b.distance ? a.distance < b.distance : a.id < b.id;
        });
    }
    return rows;
}

std::vector<GridColumn>
grid_columns(const Bench &bench, Rankings &rankings)
{
    const auto probes = static_cast<size_t>(bench.number("probes"));
    const auto anchors = static_cast<size_t>(bench.number("anchors"));
    const std::vector<std::string> kinds = bench.words("kinds");
    const auto wanted = [&](const char *kind) { return std::find(kinds.begin(), kinds.end(), kind) != kinds.end(); };
    std::vector<size_t> queries;
    for (size_t i = 0; i < probes; i++) queries.push_back(i * bench.set.query.rows() / probes);

    std::vector<GridColumn> columns = {{"r", ranks(random_keys(bench.set.base.rows(), 1)), {{"ind", queries}}}};
    if (wanted("pos") || wanted("negC"))
        for (size_t i = 0; i < anchors; i++)
            columns.push_back(around_anchor(bench, rankings, i, (probes + anchors - 1) / anchors));
    for (size_t i = 0; i < probes; i++) {
        const std::string number = std::to_string(i);
        const unsigned seed = 100 + static_cast<unsigned>(i);
        const std::vector<Neighbour> &nearest = rankings.of(queries[i]);
        if (wanted("negM"))
            columns.push_back({"m" + number, repelled(nearest, kNear, 1 / kThinned, seed), {{"negM", {queries[i]}}}});
        if (wanted("negR"))
            columns.push_back({"n" + number, repelled(nearest, kBanned, INFINITY, seed), {{"negR", {queries[i]}}}});
    }
    return columns;
}

void
check_grid(Bench &bench, const std::string &table, const std::vector<GridColumn> &columns)
{
    for (Side &side : bench.sides)
        for (const GridColumn &column : columns) {
            const Result rows =
                side.db.exec("SELECT " + column.name + " FROM " + filtered_name(table) + " ORDER BY id");
            bool same = static_cast<size_t>(PQntuples(rows.get())) == column.values->size();
            for (int i = 0; same && i < PQntuples(rows.get()); i++)
                same = std::to_string((*column.values)[static_cast<size_t>(i)]) == PQgetvalue(rows.get(), i, 0);
            if (!same) fail(side.name + ": column " + column.name + " was made with other options; run load-filtered");
        }
}

std::vector<Cell>
grid_cells(const Bench &bench, const std::vector<GridColumn> &columns, const std::string &kind)
{
    std::vector<Cell> cells;
    const auto rows = static_cast<double>(bench.set.base.rows());
    for (double share : bench.numbers("shares")) {
        Cell &cell = cells.emplace_back(Cell{kind, share, {}});
        const auto below = std::max(1, static_cast<int>(std::lround(share * rows)));
        for (const GridColumn &column : columns) {
            const auto found = column.probes.find(kind);
            if (found == column.probes.end()) continue;
            for (size_t query : found->second)
                cell.probes.push_back({query, column.name + " < " + std::to_string(below), column.values, below});
        }
    }
    return cells;
}

std::vector<Cell>
condition_cells(Bench &bench, const std::string &table, Rankings &rankings)
{
    Connection &db = bench.sides[0].db;
    const auto probes = static_cast<size_t>(bench.number("probes"));
    const size_t queries = std::min(kConditionQueries, bench.set.query.rows());
    std::vector<Cell> cells;
    const Result list = db.exec("SELECT n, condition, rows FROM " + filtered_name(table) + "_conditions ORDER BY n");
    for (int i = 0; i < PQntuples(list.get()); i++) {
        const std::string condition = PQgetvalue(list.get(), i, 1);
        std::vector<int32_t> fails(bench.set.base.rows(), 1);
        const Result ids = db.exec("SELECT id FROM " + filtered_name(table) + " WHERE " + condition);
        for (int row = 0; row < PQntuples(ids.get()); row++) fails[std::stoul(PQgetvalue(ids.get(), row, 0))] = 0;
        if (std::to_string(PQntuples(ids.get())) != PQgetvalue(list.get(), i, 2))
            fail(condition + ": not as many rows as filters.csv says");
        Cell &cell = cells.emplace_back(Cell{condition, PQntuples(ids.get()) / static_cast<double>(fails.size()), {}});
        const auto column = std::make_shared<const std::vector<int32_t>>(std::move(fails));
        for (size_t probe = 0; probe < probes; probe++) {
            cell.probes.push_back({probe * queries / probes, condition, column, 1});
            check_stored_answers(bench, PQgetvalue(list.get(), i, 0), cell.probes[probe],
                                 rankings.of(cell.probes[probe].query));
        }
    }
    return cells;
}

std::vector<std::string>
condition_columns(Side &side, const std::string &table)
{
    const std::string name = filtered_name(table);
    const Result list = side.db.exec(
        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '" + name +
        "'::regclass AND attnum > 2 AND EXISTS (SELECT FROM " + name +
        "_conditions WHERE regexp_replace(condition, '''[^'']*''', '', 'g') ~ ('\\m' || attname || '\\M')) ORDER BY 1");
    std::vector<std::string> columns;
    for (int i = 0; i < PQntuples(list.get()); i++) columns.push_back(PQgetvalue(list.get(), i, 0));
    return columns;
}

void
load_filtered(Bench &bench, const std::string &table)
{
    Rankings rankings(bench.set);
    const std::vector<GridColumn> columns = grid_columns(bench, rankings);
    const std::string name = filtered_name(table);
    for (Side &side : bench.sides) {
        create_filtered(bench, side, table, columns);
        load_conditions(bench, side, table);
        std::vector<std::string> indexed = condition_columns(side, table);
        for (const GridColumn &column : columns) indexed.push_back(column.name);
        for (const std::string &column : indexed) {
            const bool array =
                side.db.value("SELECT pg_typeof(" + column + ") FROM " + name + " LIMIT 1").ends_with("[]");
            side.db.exec("CREATE INDEX ON " + name + (array ? " USING gin (" : " (") + column + ")");
        }
        side.db.exec("ALTER TABLE " + name +
                     " SET (parallel_workers = " + side.db.value("SHOW max_parallel_maintenance_workers") + ")");
        side.db.exec("CREATE INDEX " + index_name(name) + " ON " + name + " USING hnsw (embedding " +
                     bench.set.opclass() + ") WITH (" + side.with + ")");
        // Workers for the build, but not for the queries.
        side.db.exec("ALTER TABLE " + name + " RESET (parallel_workers)");
        side.db.exec("VACUUM ANALYZE " + name);
        bench.report.row("load filtered", side.name,
                         {{"rows", static_cast<double>(bench.set.base.rows())},
                          {"grid_columns", static_cast<double>(columns.size())},
                          {"indexed_columns", static_cast<double>(indexed.size())}});
    }
}

}  // namespace bench
