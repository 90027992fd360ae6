// libpq with the binary formats, as drivers use them: parameters and results, COPY BINARY out and in. Everything is
// compared with bytes that are written out here. Prints one line like the other clients.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

namespace {

struct Closer {
    void operator()(PGresult *result) const { PQclear(result); }
    void operator()(PGconn *conn) const { PQfinish(conn); }
};
using Result = std::unique_ptr<PGresult, Closer>;

struct Sample {
    const char *type, *text, *hex;
};

// Network byte order: 0.1, 1e-30, the smallest number and the largest subnormal, -0, the largest number.
constexpr Sample kSamples[] = {
    {"vector(6)", "[0.1,1e-30,1e-45,-1.1754942e-38,-0,3.4028235e+38]",
     "00060000 3dcccccd 0da24260 00000001 807fffff 80000000 7f7fffff"},
    {"vector(1)", "[-2]", "00010000 c0000000"},
    {"halfvec(5)", "[0.099975586,65504,5.9604645e-08,-6.097555e-05,-0]", "00050000 2e66 7bff 0001 83ff 8000"},
    {"sparsevec(1000000000)", "{1:0.1,1000000000:-1e-45}/1000000000",
     "3b9aca00 00000002 00000000 00000000 3b9ac9ff 3dcccccd 80000001"},
    {"sparsevec(3)", "{}/3", "00000003 00000000 00000000"},
    {"bit(11)", "10000000001", "0000000b 8020"},
};

// A type with its query, the operators to order by, and the ids of three rows in the order of each.
struct Search {
    const char *type, *hex;
    std::vector<const char *> rows;
    std::vector<std::pair<const char *, const char *>> orders;
};
const Search kSearches[] = {
    {"vector(2)",
     "00020000 3f800000 40000000",
     {"[3,2]", "[1,1]", "[-1,5]"},
     {{"<->", "2 1 3"}, {"<#>", "3 1 2"}, {"<=>", "2 1 3"}, {"<+>", "2 1 3"}}},
    {"halfvec(2)",
     "00020000 3c00 4000",
     {"[3,2]", "[1,1]", "[-1,5]"},
     {{"<->", "2 1 3"}, {"<#>", "3 1 2"}, {"<=>", "2 1 3"}, {"<+>", "2 1 3"}}},
    {"sparsevec(9)",
     "00000009 00000002 00000000 00000000 00000008 3f800000 40000000",
     {"{1:3,9:2}/9", "{1:1,9:1}/9", "{1:-1,9:5}/9"},
     {{"<->", "2 1 3"}, {"<#>", "3 1 2"}, {"<=>", "2 1 3"}, {"<+>", "2 1 3"}}},
    {"bit(8)", "00000008 f0", {"11110111", "11100000", "00001000"}, {{"<~>", "2 1 3"}, {"<%>", "2 1 3"}}},
};

int failures = 0;

void
check(const std::string &what, const std::string &got, const std::string &wanted)
{
    if (got == wanted) return;
    std::printf("%s%s: got %s, not %s\n", failures++ == 0 ? "FAILED libpq: " : "    ", what.c_str(), got.c_str(),
                wanted.c_str());
}

// Spaces between bytes are for the reader.
std::string
from_hex(const std::string &hex)
{
    std::string bytes;
    for (size_t i = 0; i < hex.size(); i += 2) {
        while (hex[i] == ' ') i++;
        bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

std::string
to_hex(const std::string &bytes)
{
    std::string hex;
    for (unsigned char byte : bytes) {
        constexpr char kDigits[] = "0123456789abcdef";
        hex += {kDigits[byte >> 4], kDigits[byte & 15]};
    }
    return hex;
}

class Server {
public:
    Server() : conn_(PQconnectdb("")) {}

    // The only parameter: bytes or text. An unexpected error ends the program.
    enum class Format { kText, kBinary };
    Result run(const std::string &sql, const std::string &value = "", Format in = Format::kText,
               Format out = Format::kText)
    {
        const char *values[] = {value.data()};
        const int lengths[] = {static_cast<int>(value.size())}, formats[] = {in == Format::kBinary};
        const int parameters = sql.find("$1") != std::string::npos;
        return Result(PQexecParams(conn_.get(), sql.c_str(), parameters, nullptr, values, lengths, formats,
                                   out == Format::kBinary));
    }

    // All rows of the first column, with spaces between; what went wrong in place of them.
    std::string ask(const std::string &sql, const std::string &value = "", Format in = Format::kText,
                    Format out = Format::kText)
    {
        const Result result = run(sql, value, in, out);
        const ExecStatusType status = PQresultStatus(result.get());
        if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) return error(result.get());
        std::string rows;
        for (int row = 0; row < PQntuples(result.get()); row++) {
            rows += row > 0 ? " " : "";
            rows.append(PQgetvalue(result.get(), row, 0), static_cast<size_t>(PQgetlength(result.get(), row, 0)));
        }
        return rows;
    }

    std::string copy_out(const std::string &table)
    {
        const Result result = run("COPY " + table + " TO STDOUT (FORMAT binary)");
        if (PQresultStatus(result.get()) != PGRES_COPY_OUT) return error(result.get());
        std::string bytes;
        char *buffer;
        int length;
        while ((length = PQgetCopyData(conn_.get(), &buffer, 0)) > 0) {
            bytes.append(buffer, static_cast<size_t>(length));
            PQfreemem(buffer);
        }
        return bytes + finish();
    }

    std::string copy_in(const std::string &table, const std::string &bytes)
    {
        const Result result = run("COPY " + table + " FROM STDIN (FORMAT binary)");
        if (PQresultStatus(result.get()) != PGRES_COPY_IN) return error(result.get());
        PQputCopyData(conn_.get(), bytes.data(), static_cast<int>(bytes.size()));
        PQputCopyEnd(conn_.get(), nullptr);
        return finish();
    }

private:
    std::string error(const PGresult *result)
    {
        const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        return std::string(state != nullptr ? state : "") + " " + PQerrorMessage(conn_.get());
    }

    // The end of a COPY: nothing, or its error.
    std::string finish()
    {
        std::string said;
        while (Result result{PQgetResult(conn_.get())}) {
            if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) said += error(result.get());
        }
        return said;
    }

    std::unique_ptr<PGconn, Closer> conn_;
};

using enum Server::Format;

void
check_formats(Server &server)
{
    for (const auto &[type, text, spaced] : kSamples) {
        const std::string hex = to_hex(from_hex(spaced)), name = type, select = "SELECT $1::" + name;
        check(name + ", text to binary", to_hex(server.ask(select, text, kText, kBinary)), hex);
        check(name + ", binary to text", server.ask(select, from_hex(hex), kBinary), text);
        check(name + ", binary to binary", to_hex(server.ask(select, from_hex(hex), kBinary, kBinary)), hex);
        const std::string error = server.ask(select, from_hex(hex).substr(0, 3), kBinary).substr(0, 5);
        check(name + ", cut off", error, "08P01");
    }
}

// A table of each type with some rows and NULL: out, into another table, and out of that, the same bytes.
void
check_copy(Server &server)
{
    for (const auto &[type, text, spaced] : kSamples) {
        const std::string hex = to_hex(from_hex(spaced)), name = type;
        server.ask("DROP TABLE IF EXISTS source, target");
        server.ask("CREATE TABLE source (id integer, value " + name + ")");
        check(name + ", INSERT", server.ask("INSERT INTO source SELECT 1, $1::" + name, text), "");
        server.ask("INSERT INTO source VALUES (2, NULL), (3, (SELECT value FROM source))");
        server.ask("CREATE TABLE target (LIKE source)");
        // By the documentation of COPY: signature, flags, extension, then fields with their lengths.
        const std::string bytes = server.copy_out("source");
        const size_t length = from_hex(hex).size();
        char field[9];
        std::snprintf(field, sizeof field, "%08zx", length);
        const std::string row = std::string(field) + hex;
        const std::string expected = "5047434f50590aff0d0a00 00000000 00000000 0002 00000004 00000001" + row +
                                     "0002 00000004 00000002 ffffffff 0002 00000004 00000003" + row + "ffff";
        check(name + ", COPY out", to_hex(bytes), to_hex(from_hex(expected)));
        check(name + ", COPY in", server.copy_in("target", bytes), "");
        check(name + ", COPY out again", to_hex(server.copy_out("target")), to_hex(bytes));
    }
}

// Nearest neighbours of a binary parameter, by an index for each operator.
void
check_searches(Server &server)
{
    for (const Search &search : kSearches) {
        const std::string name = search.type, base = name.substr(0, name.find('('));
        server.ask("DROP TABLE IF EXISTS items");
        server.ask("CREATE TABLE items (id serial, value " + name + ")");
        for (const char *row : search.rows) {
            check(name + ", INSERT", server.ask("INSERT INTO items (value) SELECT $1::" + name, row), "");
        }
        for (const auto &[operation, ids] : search.orders) {
            const std::string opclass =
                "SELECT opcname FROM pg_opclass c JOIN pg_amop ON amopfamily = opcfamily JOIN pg_operator o"
                " ON o.oid = amopopr JOIN pg_am a ON a.oid = opcmethod WHERE amname = 'hnsw' AND oprname = '" +
                std::string(operation) + "' AND oprleft = '" + base + "'::regtype";
            check(name + ", index", server.ask("CREATE INDEX ON items USING hnsw (value " + server.ask(opclass) + ")"),
                  "");
            const std::string query = "SELECT id FROM items ORDER BY value " + std::string(operation) + " $1 LIMIT 3";
            check(name + " " + operation, server.ask(query, from_hex(search.hex), kBinary), ids);
        }
    }
}

}  // namespace

int
main()
{
    Server server;
    server.ask("SET client_min_messages = warning");
    check("CREATE EXTENSION", server.ask("CREATE EXTENSION IF NOT EXISTS vector"), "");
    check_formats(server);
    check_copy(server);
    check_searches(server);
    if (failures > 0) return EXIT_FAILURE;
    std::printf("ok libpq %d.%d: binary parameters and results, COPY BINARY out and in byte for byte, "
                "14 nearest by a binary parameter\n",
                PQlibVersion() / 10000, PQlibVersion() % 10000);
    return EXIT_SUCCESS;
}
