// Steps `insert` and `update`: rows that change while an index is there.
#include <thread>

#include "sql_bench_ask.hpp"
#include "sql_bench_table.hpp"

namespace bench {
namespace {

// Every client has its own batch of rows; returns when all are done.
void
insert_together(const Bench &bench, std::vector<Connection> &clients, std::span<const uint32_t> ids, size_t batch)
{
    std::vector<std::jthread> threads;
    for (size_t c = 0; c < clients.size(); c++)
        threads.emplace_back([&, c] { insert_rows(bench, clients[c], ids.subspan(c * batch, batch)); });
}

// Rows, enough for whole turns, by so many clients on every side.
void
time_inserts(Bench &bench, const std::string &table, std::span<const uint32_t> ids, size_t clients)
{
    const size_t batch = bench.count("insert_batch"), turn = batch * clients;
    std::vector<std::vector<Connection>> connections(bench.sides.size());
    for (size_t s = 0; s < bench.sides.size(); s++)
        for (size_t c = 0; c < clients; c++) {
            connections[s].emplace_back(bench.sides[s].conninfo);
            prepare_insert(connections[s].back(), table);
        }
    SpentSamples spent(bench);
    for (size_t first = 0; first < ids.size(); first += turn)
        for (size_t s : turns(bench, first / turn))
            spent.add(s, spend(bench.sides[s], connections[s],
                               [&] { insert_together(bench, connections[s], ids.subspan(first, turn), batch); }));
    for (size_t s = 0; s < bench.sides.size(); s++)
        bench.report.row(
            "insert", bench.sides[s].name,
            joined({{"clients", static_cast<double>(clients)}, {"inserted", static_cast<double>(ids.size())}},
                   spent.speed(s, "rows_per_s", static_cast<double>(turn))));
}

// One row a statement, all in one transaction.
void
update_rows(Connection &db, std::span<const uint32_t> ids)
{
    db.exec("BEGIN");
    for (uint32_t id : ids) {
        std::string parameter;
        put_wire(parameter, id);
        db.run("update", parameter);
    }
    db.exec("COMMIT");
}

}  // namespace

// The last tenth of the rows, in equal parts for each number of clients.
void
run_inserts(Bench &bench, const std::string &table)
{
    const size_t rows = bench.set.base.rows(), first = rows - rows / 10;
    const std::vector<double> clients = bench.numbers("insert_clients");
    const size_t part = (rows - first) / clients.size();
    Live live(rows, false);
    mark(live, id_range(0, first), true);
    create_all_indexed(bench, table, first);
    for (size_t i = 0; i < clients.size(); i++) {
        const auto count = static_cast<size_t>(clients[i]);
        const size_t turn = bench.count("insert_batch") * count;
        if (part < turn) fail("too few rows for so many clients: make insert_batch smaller");
        const std::vector<uint32_t> ids = id_range(first + i * part, first + i * part + part / turn * turn);
        time_inserts(bench, table, ids, count);
        mark(live, ids, true);
    }
    const Matrix<int32_t> truth = truth_of(bench, live);
    for (Side &side : bench.sides) report_recall(bench, side, table, truth, "insert");
    drop_table(bench, table);
}

// The vector stays, an indexed column changes: no update is HOT, so every index gets a new entry for the row.
void
run_updates(Bench &bench, const std::string &table)
{
    const size_t rows = bench.set.base.rows(), batch = bench.count("insert_batch");
    std::vector<double> before;
    create_all_indexed(bench, table, rows, ", version int NOT NULL DEFAULT 0");
    for (Side &side : bench.sides) {
        side.db.exec("CREATE INDEX ON " + table + " (version)");
        side.db.exec("DEALLOCATE ALL");
        side.db.prepare("update", "UPDATE " + table + " SET version = version + 1 WHERE id = $1");
        before.push_back(relation_mb(side, index_name(table)));
    }
    const size_t rounds = std::max<size_t>(1, bench.count("updates") / batch);
    std::mt19937_64 random(1);
    SpentSamples spent(bench);
    for (size_t round = 0; round < rounds; round++) {
        const std::vector<uint32_t> ids = draw_rows(Live(rows, true), true, batch, random);
        for (size_t s : turns(bench, round))
            spent.add(s, spend(bench.sides[s], [&] { update_rows(bench.sides[s].db, ids); }));
    }
    for (size_t s = 0; s < bench.sides.size(); s++) {
        Side &side = bench.sides[s];
        side.db.exec("SELECT pg_stat_force_next_flush()");
        const double hot = std::stod(
            side.db.value("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relid = '" + table + "'::regclass"));
        bench.report.row("update", side.name,
                         joined(joined({{"updates", static_cast<double>(rounds * batch)}, {"hot", hot}},
                                       spent.speed(s, "updates_per_s", static_cast<double>(batch))),
                                {{"index_mb", before[s]}, {"index_mb_after", relation_mb(side, index_name(table))}}));
    }
    drop_table(bench, table);
}

}  // namespace bench
