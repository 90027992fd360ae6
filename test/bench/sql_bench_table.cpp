#include "sql_bench_table.hpp"

namespace bench {

std::vector<uint32_t>
id_range(size_t first, size_t last)
{
    std::vector<uint32_t> ids(last - first);
    std::iota(ids.begin(), ids.end(), static_cast<uint32_t>(first));
    return ids;
}

// Autovacuum would come at its own times.
void
create_table(const Bench &bench, Side &side, const std::string &table, const std::string &columns)
{
    side.db.exec("DROP TABLE IF EXISTS " + table);
    side.db.exec("CREATE TABLE " + table + " (id int PRIMARY KEY, embedding vector(" +
                 std::to_string(bench.set.base.dim) + ")" + columns + ") WITH (autovacuum_enabled = off)");
}

// The graphs of all sides hold the vectors of the rows and less than 2000 bytes beside each.
BuildSettings
ample_settings(const Bench &bench, Side &side, const std::string &table)
{
    const double bytes =
        static_cast<double>(bench.set.base.rows()) * (4.0 * static_cast<double>(bench.set.base.dim) + 2000);
    const double server = std::stod(side.db.value("SELECT pg_size_bytes(current_setting('maintenance_work_mem'))"));
    return {index_name(table), std::to_string(static_cast<long>(std::max(server, bytes) / 1024)) + "kB",
            side.db.value("SHOW max_parallel_maintenance_workers")};
}

Build
create_index(const Bench &bench, Side &side, const std::string &table, const BuildSettings &settings)
{
    // Left alone, the server chooses by the size of the table without its TOASTed vectors.
    side.db.exec("ALTER TABLE " + table + " SET (parallel_workers = " + settings.workers + ")");
    side.db.exec("SET max_parallel_maintenance_workers = " + settings.workers + "; SET maintenance_work_mem = '" +
                 settings.memory + "'; SET client_min_messages = notice");
    side.db.exec("DROP INDEX IF EXISTS " + settings.index);
    side.db.exec("CHECKPOINT");
    side.db.take_messages();
    const Spent spent = spend(side, [&] {
        side.db.exec("CREATE INDEX " + settings.index + " ON " + table + " USING hnsw (embedding " +
                     bench.set.opclass() + ") WITH (" + side.with + ")");
    });
    const bool fits = side.db.take_messages().find("maintenance_work_mem") == std::string::npos;
    side.db.exec("RESET max_parallel_maintenance_workers; RESET maintenance_work_mem; "
                 "SET client_min_messages = warning");
    // Workers for builds, but not for queries.
    side.db.exec("ALTER TABLE " + table + " RESET (parallel_workers)");
    return {spent, fits};
}

void
create_all_indexed(Bench &bench, const std::string &table, size_t rows, const std::string &columns)
{
    for (Side &side : bench.sides) {
        create_table(bench, side, table, columns);
        side.db.copy(table, bench.set.base, id_range(0, rows));
        side.db.exec("VACUUM ANALYZE " + table);
        create_index(bench, side, table, ample_settings(bench, side, table));
    }
    for (Side &side : bench.sides) side.db.exec("CHECKPOINT");
}

void
drop_table(Bench &bench, const std::string &table)
{
    for (Side &side : bench.sides) side.db.exec("DROP TABLE " + table);
}

double
relation_mb(Side &side, const std::string &relation)
{
    return std::stod(side.db.value("SELECT pg_relation_size('" + relation + "')")) / kMegabyte;
}

void
prepare_insert(Connection &db, const std::string &table)
{
    db.prepare("insert", "INSERT INTO " + table + " (id, embedding) VALUES ($1, $2)");
}

void
insert_row(const Bench &bench, Connection &db, uint32_t id)
{
    std::string row[2];
    put_wire(row[0], id);
    put_vector(row[1], bench.set.base.row(id));
    db.run("insert", row);
}

void
insert_rows(const Bench &bench, Connection &db, std::span<const uint32_t> ids)
{
    db.exec("BEGIN");
    for (uint32_t id : ids) insert_row(bench, db, id);
    db.exec("COMMIT");
}

std::vector<uint32_t>
draw_rows(const Live &live, bool present, size_t count, std::mt19937_64 &random)
{
    std::vector<uint32_t> ids, drawn;
    for (size_t id = 0; id < live.size(); id++)
        if (live[id] == present) ids.push_back(static_cast<uint32_t>(id));
    std::sample(ids.begin(), ids.end(), std::back_inserter(drawn), count, random);
    return drawn;
}

void
delete_rows(Side &side, const std::string &table, std::span<const uint32_t> ids)
{
    std::string lines;
    for (uint32_t id : ids) lines += std::to_string(id) + "\n";
    side.db.exec("CREATE TEMP TABLE gone (id int)");
    side.db.copy_text("gone", "", lines);
    side.db.exec("ANALYZE gone");
    side.db.exec("DELETE FROM " + table + " t USING gone WHERE t.id = gone.id");
    side.db.exec("DROP TABLE gone");
}

void
mark(Live &live, std::span<const uint32_t> ids, bool present)
{
    for (uint32_t id : ids) live[id] = present;
}

void
vacuum(Side &side, const std::string &table)
{
    side.db.exec("VACUUM (INDEX_CLEANUP ON, PARALLEL 0) " + table);
}

}  // namespace bench
