// The report: a table for people, one JSON object per line and measurement for programs.
#pragma once

#include <algorithm>
#include <ctime>

#include "sql_bench_data.hpp"

namespace bench {

struct Field {
    std::string name, text, json;

    Field(std::string field, double value) : name(std::move(field))
    {
        char buffer[32];
        std::snprintf(buffer, sizeof buffer, std::abs(value) < 1000 ? "%.4g" : "%.0f", value);
        text = buffer;
        std::snprintf(buffer, sizeof buffer, "%.9g", value);
        json = std::isfinite(value) ? buffer : "null";
    }

    Field(std::string field, const std::string &value) : name(std::move(field)), text(value), json("\"")
    {
        for (char c : value)
            json += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c < ' ' && c >= 0 ? ' ' : c};
        json += '"';
    }
};

class Report {
public:
    // The set is named in every line of the file.
    Report(const std::string &path, const VectorSet &set)
        : file_(path, std::ios::app), set_{{"set", set.name},
                                           {"rows", static_cast<double>(set.base.rows())},
                                           {"dims", static_cast<double>(set.base.dim)}}
    {
        if (!file_) fail("cannot write " + path);
    }

    // What the next measurements are about.
    void set_subject(const std::string &subject) { subject_ = subject; }

    // One measurement. A line of column names goes before the first row of each table.
    void row(const std::string &measure, const std::string &side, const std::vector<Field> &fields)
    {
        print(measure, side, fields);
        double load = 0;
        getloadavg(&load, 1);
        std::vector<Field> line = {
            {"time", utc_now()}, {"load_average", load}, {"subject", subject_}, {"measure", measure}, {"side", side}};
        for (const Field &field : set_)
            if (std::none_of(fields.begin(), fields.end(), [&](const Field &f) { return f.name == field.name; }))
                line.push_back(field);
        line.insert(line.end(), fields.begin(), fields.end());
        std::string text;
        for (const Field &field : line) text += (text.empty() ? "{\"" : ", \"") + field.name + "\": " + field.json;
        file_ << text << "}" << std::endl;
    }

private:
    void print(const std::string &measure, const std::string &side, const std::vector<Field> &fields)
    {
        if (subject_ + " " + measure != last_heading_) {
            last_heading_ = subject_ + " " + measure;
            std::printf("\n%s\n%-10s", last_heading_.c_str(), "");
            for (const Field &field : fields) std::printf(" %*s", width(field), field.name.c_str());
            std::printf("\n");
        }
        std::printf("%-10s", side.c_str());
        for (const Field &field : fields) std::printf(" %*s", width(field), field.text.c_str());
        std::printf("\n");
        std::fflush(stdout);
    }

    static int width(const Field &field)
    {
        return static_cast<int>(std::max<size_t>({7, field.name.size(), field.text.size()}));
    }

    static std::string utc_now()
    {
        const std::time_t now = std::time(nullptr);
        char text[32];
        std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
        return text;
    }

    std::ofstream file_;
    std::vector<Field> set_;
    std::string subject_, last_heading_;
};

}  // namespace bench
