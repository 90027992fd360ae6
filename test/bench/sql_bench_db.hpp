// A thin layer over libpq. Every failure ends the program with the server's message.
#pragma once

#include <bit>
#include <memory>
#include <utility>

#include <libpq-fe.h>

#include "sql_bench_data.hpp"

namespace bench {

template <typename T>
void
put_wire(std::string &bytes, T value)
{
    for (int shift = 8 * sizeof(T) - 8; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift));
}

template <typename T>
T
get_wire(const char *bytes)
{
    T value = 0;
    for (size_t i = 0; i < sizeof(T); i++) value = static_cast<T>(value << 8 | static_cast<uint8_t>(bytes[i]));
    return value;
}

// The binary format of type vector: int16 dimensions, int16 zero, float4 each.
inline void
put_vector(std::string &bytes, std::span<const float> vector)
{
    put_wire(bytes, static_cast<uint16_t>(vector.size()));
    put_wire(bytes, uint16_t{0});
    for (float x : vector) put_wire(bytes, std::bit_cast<uint32_t>(x));
}

struct Closer {
    void operator()(PGresult *result) const { PQclear(result); }
    void operator()(PGconn *conn) const { PQfinish(conn); }
};
using Result = std::unique_ptr<PGresult, Closer>;

class Connection {
public:
    explicit Connection(const std::string &conninfo) : conn_(PQconnectdb(conninfo.c_str()))
    {
        if (PQstatus(conn_.get()) != CONNECTION_OK) fail(PQerrorMessage(conn_.get()));
        PQsetNoticeProcessor(conn_.get(), take_message, messages_.get());
        exec("SET client_min_messages = warning");
    }

    void close() { conn_.reset(); }

    // Processor time of the server's process so far; not a number when it is on another machine.
    double cpu_seconds() const
    {
        const char *host = PQhost(conn_.get());
        if (host == nullptr || *host != '/') return NAN;
        std::ifstream file("/proc/" + std::to_string(PQbackendPID(conn_.get())) + "/schedstat");
        double nanoseconds = NAN;
        file >> nanoseconds;
        return file ? nanoseconds / 1e9 : NAN;
    }

    // The notices and warnings since the last call.
    std::string take_messages() { return std::exchange(*messages_, {}); }

    Result exec(const std::string &sql) { return checked(PQexec(conn_.get(), sql.c_str()), sql); }

    // First column of the first row, or an empty string.
    std::string value(const std::string &sql)
    {
        const Result result = exec(sql);
        return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "";
    }

    // The rows of a query, in binary form.
    Result binary(const std::string &sql)
    {
        return checked(PQexecParams(conn_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1), sql);
    }

    // A statement whose parameters have the types that their places ask for.
    void prepare(const std::string &name, const std::string &sql)
    {
        checked(PQprepare(conn_.get(), name.c_str(), sql.c_str(), 0, nullptr), sql);
    }

    // Runs a prepared statement with parameters in wire format. Binary asks for binary results.
    enum class Format { kText, kBinary };
    Result run(const std::string &name, std::span<const std::string> parameters, Format format = Format::kBinary)
    {
        std::vector<const char *> values;
        std::vector<int> lengths;
        for (const std::string &parameter : parameters) {
            values.push_back(parameter.data());
            lengths.push_back(static_cast<int>(parameter.size()));
        }
        const std::vector<int> formats(parameters.size(), 1);
        return checked(PQexecPrepared(conn_.get(), name.c_str(), static_cast<int>(parameters.size()), values.data(),
                                      lengths.data(), formats.data(), format == Format::kBinary),
                       name);
    }

    Result run(const std::string &name, const std::string &parameter, Format format = Format::kBinary)
    {
        return run(name, std::span(&parameter, 1), format);
    }

    // Sends rows as (id, embedding) with COPY BINARY; an id is the number of a row.
    void copy(const std::string &table, const Matrix<float> &rows, std::span<const uint32_t> ids)
    {
        exec("COPY " + table + " (id, embedding) FROM STDIN (FORMAT binary)");
        send(std::string("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19));
        for (uint32_t id : ids) {
            std::string row;
            put_wire(row, uint16_t{2});
            put_wire(row, uint32_t{4});
            put_wire(row, id);
            put_wire(row, static_cast<uint32_t>(4 + 4 * rows.dim));
            put_vector(row, rows.row(id));
            send(row);
        }
        end_copy(table);
    }

    // Sends a text to COPY table FROM STDIN, in the format that the options say.
    void copy_text(const std::string &table, const std::string &options, const std::string &text)
    {
        exec("COPY " + table + " FROM STDIN " + options);
        constexpr size_t kPiece = 1 << 20;
        for (size_t at = 0; at < text.size(); at += kPiece) send(text.substr(at, kPiece));
        end_copy(table);
    }

private:
    static void take_message(void *messages, const char *message) { *static_cast<std::string *>(messages) += message; }

    void end_copy(const std::string &table)
    {
        if (PQputCopyEnd(conn_.get(), nullptr) != 1) fail(PQerrorMessage(conn_.get()));
        while (PGresult *result = PQgetResult(conn_.get())) checked(result, "COPY " + table);
    }

    Result checked(PGresult *result, const std::string &what)
    {
        const ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_COPY_IN)
            fail(what + "\n" + PQerrorMessage(conn_.get()));
        return Result(result);
    }

    void send(const std::string &bytes)
    {
        if (PQputCopyData(conn_.get(), bytes.data(), static_cast<int>(bytes.size())) != 1)
            fail(PQerrorMessage(conn_.get()));
    }

    std::unique_ptr<std::string> messages_ = std::make_unique<std::string>();
    std::unique_ptr<PGconn, Closer> conn_;
};

}  // namespace bench
