// Step `types`: one table for every type that the set's vectors can be cast to, one index for every distance, with and
// without sketches in its links, and the peer beside it where it has the operator class.
#include "sql_bench_table.hpp"

namespace bench {
namespace {

struct TypeCase {
    std::string type;        // prefix of its operator classes
    std::string declared;    // as a column
    std::string expression;  // of a row of the source
    std::string source;      // rows with id; queries are taken from them where they are no vectors of the set
};

struct Distance {
    const char *name, *op;
};

constexpr Distance kDistances[] = {{"l2", "<->"}, {"ip", "<#>"}, {"cosine", "<=>"}, {"l1", "<+>"}};
constexpr Distance kBitDistances[] = {{"hamming", "<~>"}, {"jaccard", "<%>"}};

// Words of title and medium of a work, weighted by how rare they are.
constexpr const char *kSparseSource =
    "(WITH words AS (SELECT DISTINCT id, word FROM %s_filtered, "
    "regexp_split_to_table(lower(concat_ws(' ', title, medium)), '[^[:alnum:]]+') AS word), "
    "known AS (SELECT word, row_number() OVER (ORDER BY word) AS place, "
    "ln((SELECT count(*) FROM %s)::float8 / count(*))::real AS weight FROM words GROUP BY word HAVING count(*) > 1) "
    "SELECT id, '{' || string_agg(place || ':' || weight, ',') || '}/' || (SELECT count(*) FROM known) AS t "
    "FROM words JOIN known USING (word) GROUP BY id) AS s";

std::string
replace_all(std::string text, const std::string &from, const std::string &to)
{
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

bool
has_column(Side &side, const std::string &table, const std::string &column)
{
    return !side.db
                .value("SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('" + table + "') AND attname = '" +
                       column + "'")
                .empty();
}

std::vector<TypeCase>
type_cases(Bench &bench, const std::string &table)
{
    const std::string dims = std::to_string(bench.set.base.dim);
    std::vector<TypeCase> cases;
    for (const char *type : {"vector", "halfvec", "int8vec"})
        cases.push_back({type, std::string(type) + "(" + dims + ")", "embedding", table});
    // Most elements of images and descriptors are positive: what is compared is whether they are above the mean.
    const std::string centred = "binary_quantize(embedding - (SELECT avg(embedding) FROM " + table + "))";
    cases.push_back({"bit", "bit(" + dims + ")", centred, table});
    if (has_column(bench.sides[0], table + "_filtered", "medium")) {
        const std::string source = replace_all(kSparseSource, "%s", table);
        const std::string places = bench.sides[0].db.value("SELECT split_part(t, '/', 2) FROM " + source + " LIMIT 1");
        cases.push_back({"sparsevec", "sparsevec(" + places + ")", "t::sparsevec", source});
    }
    const std::vector<std::string> wanted = bench.words("types");
    std::erase_if(cases,
                  [&](const TypeCase &c) { return std::find(wanted.begin(), wanted.end(), c.type) == wanted.end(); });
    return cases;
}

class TypeBench {
public:
    TypeBench(Bench &bench, const std::string &table, TypeCase type)
        : bench_(bench), source_(table), type_(std::move(type)), table_(table + "_" + type_.type),
          queries_(table_ + "_queries")
    {
    }

    void run()
    {
        for (Side &side : bench_.sides)
            if (has_type(side)) make_tables(side);
        const auto run_all = [&](std::span<const Distance> distances) {
            for (const Distance &distance : distances) measure(distance);
        };
        if (type_.type == "bit")
            run_all(kBitDistances);
        else
            run_all(kDistances);
        for (Side &side : bench_.sides) side.db.exec("DROP TABLE IF EXISTS " + table_ + ", " + queries_);
    }

private:
    struct Measured {
        std::vector<double> qps;
        double recall, bytes;
    };

    bool has_type(Side &side) { return !side.db.value("SELECT to_regtype('" + type_.type + "')").empty(); }

    bool has_opclass(Side &side, const Distance &distance)
    {
        return !side.db
                    .value("SELECT 1 FROM pg_opclass WHERE opcname = '" + type_.type + "_" + distance.name +
                           "_ops' AND opcmethod = (SELECT oid FROM pg_am WHERE amname = 'hnsw')")
                    .empty();
    }

    void make_tables(Side &side)
    {
        const std::string count = bench_.options.at("types_queries");
        side.db.exec("DROP TABLE IF EXISTS " + table_ + ", " + queries_);
        side.db.exec("CREATE TABLE " + table_ + " (id int PRIMARY KEY, embedding " + type_.declared + ")");
        side.db.exec("CREATE TABLE " + queries_ + " (id int PRIMARY KEY, embedding " + type_.declared + ")");
        if (type_.source == source_) {
            side.db.exec("INSERT INTO " + table_ + " SELECT id, " + type_.expression + " FROM " + source_);
            side.db.exec("CREATE TEMP TABLE asked (id int, embedding vector)");
            side.db.copy("asked", bench_.set.query, id_range(0, std::min(bench_.set.query.rows(), std::stoul(count))));
            side.db.exec("INSERT INTO " + queries_ + " SELECT id, " + type_.expression + " FROM asked");
            side.db.exec("DROP TABLE asked");
        } else {
            // The last rows ask for the others.
            const std::string rows = "SELECT id, " + type_.expression + " AS e FROM " + type_.source;
            side.db.exec("INSERT INTO " + table_ + " " + rows);
            side.db.exec("WITH moved AS (DELETE FROM " + table_ + " WHERE id IN (SELECT id FROM " + table_ +
                         " ORDER BY hashint4(id) LIMIT " + count + ") RETURNING *) INSERT INTO " + queries_ +
                         " SELECT * FROM moved");
        }
        side.db.exec("VACUUM ANALYZE " + table_);
        side.db.exec("ALTER TABLE " + table_ +
                     " SET (parallel_workers = " + side.db.value("SHOW max_parallel_maintenance_workers") + ")");
    }

    // The distance of the k-th nearest row, by which answers are judged: of equal rows any will do.
    void find_truth(Side &side, const Distance &distance)
    {
        side.db.exec("SET enable_indexscan = off");
        side.db.exec("CREATE TEMP TABLE radii AS SELECT q.id, (SELECT max(d) FROM (SELECT r.embedding " +
                     std::string(distance.op) + " q.embedding AS d FROM " + table_ + " r ORDER BY d LIMIT " +
                     bench_.options.at("k") + ") AS nearest) AS radius FROM " + queries_ + " q");
        side.db.exec("RESET enable_indexscan");
    }

    double recall(Side &side, const Distance &distance)
    {
        const std::string op = distance.op, k = bench_.options.at("k");
        return std::stod(side.db.value(
            "SELECT avg(found) / " + k + " FROM " + queries_ + " q JOIN radii USING (id), LATERAL (SELECT count(*) AS" +
            " found FROM (SELECT r.embedding " + op + " q.embedding AS d FROM " + table_ + " r ORDER BY r.embedding " +
            op + " q.embedding LIMIT " + k + ") AS nearest WHERE d <= radius) AS counted"));
    }

    double time_pass(Side &side, const Result &queries)
    {
        const Stopwatch watch;
        const int count = PQntuples(queries.get());
        for (int q = 0; q < count; q++) {
            const auto length = static_cast<size_t>(PQgetlength(queries.get(), q, 0));
            side.db.run("typed", std::string(PQgetvalue(queries.get(), q, 0), length));
        }
        return count / watch.seconds();
    }

    void build(Side &side, const Distance &distance, const std::string &with)
    {
        side.db.exec("DROP INDEX IF EXISTS " + index_name(table_));
        side.db.exec("CREATE INDEX " + index_name(table_) + " ON " + table_ + " USING hnsw (embedding " + type_.type +
                     "_" + distance.name + "_ops) WITH (" + with + ")");
    }

    void prepare(Side &side, const Distance &distance)
    {
        side.db.exec("SET enable_seqscan = off; SET hnsw.ef_search = " + bench_.options.at("types_ef"));
        side.db.exec("DEALLOCATE ALL");
        side.db.prepare("typed", "SELECT id FROM " + table_ + " ORDER BY embedding " + distance.op + " $1 LIMIT " +
                                     bench_.options.at("k"));
    }

    // Both sides take turns.
    void measure(const Distance &distance)
    {
        std::vector<Side *> sides;
        for (Side &side : bench_.sides)
            if (has_type(side) && has_opclass(side, distance)) sides.push_back(&side);
        if (sides.empty()) return;
        for (Side *side : sides) find_truth(*side, distance);
        const bool can_sketch = std::string(distance.name) != "l1";
        for (Side *side : sides)
            if (!side->ours() || can_sketch) build(*side, distance, side->with);
        if (can_sketch) measure(distance, sides, "sketches");
        for (Side *side : sides)
            if (side->ours()) build(*side, distance, side->with + ", link_bits = 0");
        measure(distance, sides, "compact");
        for (Side *side : sides) side->db.exec("DROP TABLE radii; RESET enable_seqscan; RESET hnsw.ef_search");
    }

    void measure(const Distance &distance, const std::vector<Side *> &sides, const char *links)
    {
        std::vector<Result> queries;
        std::vector<Measured> measured(sides.size());
        for (size_t s = 0; s < sides.size(); s++) {
            Side &side = *sides[s];
            prepare(side, distance);
            queries.push_back(side.db.binary("SELECT embedding FROM " + queries_ + " ORDER BY id"));
            measured[s].recall = recall(side, distance);
            measured[s].bytes = std::stod(side.db.value("SELECT pg_relation_size('" + index_name(table_) +
                                                        "')::float8 / (SELECT count(*) FROM " + table_ + ")"));
            time_pass(side, queries[s]);
        }
        for (int round = 0; round < bench_.number("rounds"); round++)
            for (size_t s = 0; s < sides.size(); s++) measured[s].qps.push_back(time_pass(*sides[s], queries[s]));
        const size_t reference = sides.size() > 1 && sides[0]->ours() ? 1 : 0;
        for (size_t s = 0; s < sides.size(); s++) {
            const bool ours = sides[s]->ours();
            bench_.report.row("types", sides[s]->name,
                              {{"type", type_.type},
                               {"distance", distance.name},
                               {"links", ours ? links : "addresses"},
                               {"recall", measured[s].recall},
                               {"bytes_per_row", measured[s].bytes},
                               {"qps", median(measured[s].qps)},
                               {"ratio", median_ratio(measured[s].qps, measured[reference].qps)}});
        }
    }

    Bench &bench_;
    std::string source_;
    TypeCase type_;
    std::string table_, queries_;
};

}  // namespace

void
run_types(Bench &bench, const std::string &table)
{
    for (const TypeCase &type : type_cases(bench, table)) TypeBench(bench, table, type).run();
}

}  // namespace bench
