// Statistics, and the report: a table for people, one JSON object per line and measurement for programs.
#pragma once

#include <algorithm>
#include <ctime>
#include <optional>

#include "sql_bench_data.hpp"

namespace bench {

inline double
percentile(std::vector<double> values, double share)
{
    std::sort(values.begin(), values.end());
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<size_t>(at), above = std::min(below + 1, values.size() - 1);
    return std::lerp(values[below], values[above], at - static_cast<double>(below));
}

inline double
median(const std::vector<double> &values)
{
    return percentile(values, 0.5);
}

// Median of the ratios of two values measured in the same round.
inline double
median_ratio(std::vector<double> a, const std::vector<double> &b)
{
    for (size_t i = 0; i < a.size(); i++) a[i] /= b[i];
    return median(a);
}

struct SweepPoint {
    double recall;
    double qps;   // median of the rounds
    double best;  // when every query takes as long as its fastest run
};

// Speed at a recall, log-linear between the neighbouring points of a sweep by rising ef; nothing when
// the sweep does not reach it. The speed of the first point where that is already more exact.
inline std::optional<double>
speed_at_recall(const std::vector<SweepPoint> &sweep, double recall, double SweepPoint::*speed)
{
    const auto above = std::find_if(sweep.begin(), sweep.end(), [&](SweepPoint p) { return p.recall >= recall; });
    if (above == sweep.end()) return std::nullopt;
    if (above == sweep.begin()) return *above.*speed;
    const SweepPoint below = above[-1];
    const double part = (recall - below.recall) / (above->recall - below.recall);
    return std::exp(std::lerp(std::log(below.*speed), std::log(*above.*speed), part));
}

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
    explicit Report(const std::string &path) : file_(path, std::ios::app)
    {
        if (!file_) fail("cannot write " + path);
    }

    // What the next measurements are about.
    void set_subject(const std::string &subject) { subject_ = subject; }

    // One measurement. A line of column names goes before the first row of each table.
    void row(const std::string &measure, const std::string &side, const std::vector<Field> &fields)
    {
        if (subject_ + " " + measure != last_heading_) {
            last_heading_ = subject_ + " " + measure;
            std::printf("\n%s\n%-6s", last_heading_.c_str(), "");
            for (const Field &field : fields) std::printf(" %*s", width(field), field.name.c_str());
            std::printf("\n");
        }
        double load = 0;
        getloadavg(&load, 1);
        const Field load_average("load_average", load), time("time", utc_now());
        file_ << "{\"time\": " << time.json << ", \"load_average\": " << load_average.json << ", \"subject\": \""
              << subject_ << "\", \"measure\": \"" << measure << "\", \"side\": \"" << side << '"';
        std::printf("%-6s", side.c_str());
        for (const Field &field : fields) {
            std::printf(" %*s", width(field), field.text.c_str());
            file_ << ", \"" << field.name << "\": " << field.json;
        }
        std::printf("\n");
        std::fflush(stdout);
        file_ << "}" << std::endl;
    }

private:
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
    std::string subject_, last_heading_;
};

}  // namespace bench
