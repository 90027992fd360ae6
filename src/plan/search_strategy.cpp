// Which strategy a search begins with, what it may spend on it, and what it turns to then.
#include <cmath>
#include <limits>

#include "plan/budget.hpp"
#include "plan/search.hpp"

namespace vhnsw::plan {

namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// A graph finds nothing sensible among so few rows.
constexpr double kFewRows = 30;
// Nodes that a search opens even if everything is as it could wish. Whoever may not open as many need not begin.
constexpr double kSmallestSearch = 60;
// The price of a search among rows that pass when conditions have to do with the query, as they often have.
constexpr double kCorrelation = 1.5;
// Nodes opened for each row that comes out of a search without a filter.
constexpr double kOpenedPerRow = 1.3;
// A projection has to be worse than what it argues for by this factor.
constexpr double kMargin = 1.2;

}  // namespace

void
Search::begin(Strategy strategy)
{
    switch (strategy) {
        case Strategy::kAllow:
        case Strategy::kExact:
            if (allowed_ != nullptr)
                begin_with_bitmap();
            else
                measure_rest();
            return;
        default: strategy_ = strategy; begin_stream(nullptr);
    }
}

void
Search::begin_stream(const RowSet *rows)
{
    const bool with_conditions = strategy_ != Strategy::kStream && index_->has_conditions();
    const double n = Max(planned_.index_rows, 1.0);
    close_stream();
    progress_ = Progress{};
    progress_.counts_before = rows_.counts();
    opened_before_ = report_.opened - opened_at_start_;
    prior_ = planned_.share * planned_.residual;
    if (rows != nullptr)
        prior_ = Min(prior_ / Min(planned_.share, planned_.bitmap_share), 1.0);
    else if (with_conditions)
        prior_ /= planned_.share;
    share_ = with_conditions ? planned_.share : 1;
    if (rows != nullptr) share_ = Min(share_, allowed_->count(rows_per_block()) / n);
    goal_rows_ = static_cast<double>(wanted_);
    if (strategy_ != Strategy::kStream) goal_rows_ = nodes_for(goal_rows_);
    plan_spending();

    am::Stream &stream = index_->begin(with_conditions);
    rows_.set_fetch(index_->fetch());
    stream.begin(index_->scan(), rows, {static_cast<size_t>(goal_rows_), ef_, share_});
    stream_ = &stream;
    unordered_ = index_->query_is_null();
    progress_.exhausted = progress_.final = progress_.settled = stream.swept();
    report_.used = strategy_;
}

double
Search::rows_per_block() const
{
    return planned_.index_rows / Max(RelationGetNumberOfBlocks(scan_->ss_currentRelation), BlockNumber{1});
}

void
Search::begin_with_bitmap()
{
    allowed_->read();
    const double allowed = allowed_->count(rows_per_block());
    report_.has_allowed = true;
    report_.allowed = allowed;
    report_.lossy = allowed_->lossy_blocks();
    if (must_be_exact(allowed)) {
        measure_rest();
    } else {
        strategy_ = Strategy::kAllow;
        begin_stream(&allowed_->set());
    }
}

bool
Search::must_be_exact(double allowed) const
{
    if (allowed <= Max(kFewRows, static_cast<double>(wanted_))) return true;
    if (!planned_.adaptive) return planned_.strategy == Strategy::kExact;
    if (guc_flat_search_cutoff >= 0 && allowed < guc_flat_search_cutoff) return true;
    if (guc_approximate_threshold >= 0 && allowed < guc_approximate_threshold * planned_.index_rows) return true;
    const double search = search_price(allowed / Max(planned_.index_rows, 1.0));
    return search_budget(search, exact_price(allowed)) < kSmallestSearch;
}

// In nodes, for the rows that are wanted, when a share of the rows passes the filter of the stream.
double
Search::search_price(double share) const
{
    const double rows = static_cast<double>(wanted_) / Max(planned_.residual, 1e-6);
    return filtered_search_price(planned_.index_rows, std::clamp(share, 1e-9, 1.0), rows, static_cast<double>(ef_));
}

// In nodes, of measuring so many rows of the bitmap: all are fetched, and those that pass have their distance computed.
double
Search::exact_price(double allowed) const
{
    const double passing = Min(planned_.share * planned_.residual / planned_.bitmap_share, 1.0);
    return allowed * (planned_.fetch_price + passing * (planned_.row_price - planned_.fetch_price));
}

// Sets the budget of the present strategy and the price of what it competes with.
void
Search::plan_spending()
{
    budget_ = alternative_ = kUnlimited;
    if (!planned_.adaptive) return;
    if (strategy_ == Strategy::kAllow) {
        alternative_ = exact_price(report_.allowed);
    } else if (allowed_ == nullptr) {
        alternative_ = planned_.table_price;
    } else {
        const double n = Max(planned_.index_rows, 1.0);
        const double share = allowed_->known() ? allowed_->count(rows_per_block()) / n : planned_.bitmap_share;
        alternative_ = Min(exact_price(share * n), kCorrelation * search_price(share));
        if (!allowed_->known()) alternative_ += planned_.bitmap_price;
    }
    if (strategy_ != Strategy::kStream) budget_ = search_budget(search_price(share_), alternative_);
}

// What the present stream has cost, in nodes.
double
Search::spent() const
{
    double spent = static_cast<double>(stream_->counts().opened) + progress_.extra;
    if (strategy_ != Strategy::kStream) return spent;
    const double tested = static_cast<double>(rows_.counts().tested - progress_.counts_before.tested);
    const double passed = static_cast<double>(rows_.counts().passed - progress_.counts_before.passed);
    return spent + (tested - passed) * planned_.fetch_price + passed * planned_.row_price;
}

// Whether a search without a filter is still the best way to the rows that are wanted, by what has passed so far.
bool
Search::stream_pays() const
{
    if (std::isinf(alternative_) || results_.full()) return true;
    if (spent() > alternative_) return false;
    const double tested = static_cast<double>(rows_.counts().tested - progress_.counts_before.tested);
    if (tested < static_cast<double>(ef_)) return true;
    const double rows = static_cast<double>(wanted_ - returned_) / observed_pass_rate();
    return rows * (kOpenedPerRow + planned_.fetch_price) < kMargin * alternative_;
}

// Turns to the next strategy. Returns true.
bool
Search::leave(const char *cause)
{
    report_.cause = cause;
    if (strategy_ != Strategy::kAllow && allowed_ != nullptr)
        begin_with_bitmap();
    else
        measure_rest();
    return true;
}

}  // namespace vhnsw::plan
