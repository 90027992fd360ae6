#include "plan/search.hpp"

#include <algorithm>
#include <cmath>

namespace vhnsw::plan {

namespace {

// Without a LIMIT that says it.
constexpr double kRowsWanted = 10;
constexpr double kMostRowsWanted = 1e12;

// What the planner believes of the conditions counts as much as so many rows that were tested.
constexpr double kPriorRows = 10;

// A search without a filter of its own is sure of its answer when it has opened nodes for so long in vain: this many
// for each unit of hnsw.ef_search, and this share of those opened up to the last success. That is for ten rows: more
// need less of it for each, and a single one says little about where the search stands.
constexpr double kPatience = 0.5;
constexpr double kPatienceShare = 0.01;
constexpr double kPatienceExponent = 0.6;

}  // namespace

void
Search::init(ScanState *scan, const PlannedSearch &planned, IndexAccess *index, AllowedRows *allowed)
{
    *this = Search{};
    scan_ = scan;
    planned_ = planned;
    index_ = index;
    allowed_ = allowed;
    memory_ = AllocSetContextCreate(scan->ps.state->es_query_cxt, "hnsw filtered scan", ALLOCSET_DEFAULT_SIZES);
}

void
Search::reset()
{
    close_stream();
    results_.end();
    if (memory_ != nullptr) MemoryContextReset(memory_);
    phase_ = Phase::kIdle;
}

void
Search::start(const SearchHints &hints)
{
    MemoryContext old = MemoryContextSwitchTo(memory_);
    const double rows = hints.rows_wanted > 0 ? Min(hints.rows_wanted, kMostRowsWanted) : kRowsWanted;
    hints_ = hints;
    report_.ran = true;
    opened_at_start_ = report_.opened;
    phase_ = Phase::kSearching;
    goal_met_ = unordered_ = false;
    rows_known_ = hints.rows_wanted > 0;
    wanted_ = static_cast<size_t>(rows);
    returned_ = 0;
    ef_ = static_cast<size_t>(effective_ef(hints.rows_wanted));
    rows_.restart();
    results_.start(guc_iterative_scan != IterativeScan::kRelaxedOrder);
    results_.set_wanted(wanted_);
    if (hints.nothing)
        phase_ = Phase::kComplete;
    else
        begin(planned_.strategy);
    MemoryContextSwitchTo(old);
}

bool
Search::next()
{
    MemoryContext old = MemoryContextSwitchTo(memory_);
    Result result = {};
    bool found = false;
    for (;;) {
        const bool complete = phase_ == Phase::kComplete;
        if (complete || (goal_met_ && returned_ < wanted_)) {
            found = results_.pop(complete, &result);
            if (found || complete) break;
        }
        if (goal_met_) raise_goal();
        work();
    }
    if (found) {
        returned_++;
        rows_.store(result.row());
    }
    MemoryContextSwitchTo(old);
    return found;
}

SearchReport
Search::report() const
{
    SearchReport report = report_;
    report.distances = rows_.counts().passed;
    if (stream_ != nullptr) {
        const am::StreamCounts counts = stream_->counts();
        report.opened += counts.opened;
        report.seen += counts.seen;
        report.passing += counts.passing;
    }
    return report;
}

void
Search::close_stream()
{
    report_ = report();
    stream_ = nullptr;
}

// --- goals
// -----------------------------------------------------------------------------------------------------------

double
Search::observed_pass_rate() const
{
    const double tested = static_cast<double>(rows_.counts().tested - progress_.counts_before.tested);
    const double passed = static_cast<double>(rows_.counts().passed - progress_.counts_before.passed);
    return (passed + kPriorRows * prior_) / (tested + kPriorRows);
}

// Nodes the stream has to be sure of for so many rows to pass.
double
Search::nodes_for(double rows) const
{
    const double rate = observed_pass_rate();
    return std::clamp(rate > 0.99 ? rows : std::ceil(rows / rate), 1.0, Max(planned_.index_rows, rows));
}

// A stream that has settled goes on.
void
Search::set_goal(double rows)
{
    goal_rows_ = rows;
    stream_->set_goal({static_cast<size_t>(rows), ef_, share_});
    progress_.settled = progress_.exhausted;
}

// The query asks for more than it was expected to.
void
Search::raise_goal()
{
    wanted_ *= 2;
    rows_known_ = false;
    goal_met_ = false;
    results_.set_wanted(wanted_);
    plan_spending();
    if (progress_.stepwise)
        progress_.settled = progress_.exhausted;
    else
        set_goal(Max(goal_rows_, nodes_for(static_cast<double>(wanted_))));
}

// --- searching
// -------------------------------------------------------------------------------------------------------

// Until the goal is met or nothing is left to be found.
void
Search::work()
{
    while (phase_ == Phase::kSearching) {
        CHECK_FOR_INTERRUPTS();
        explore();
        if (phase_ != Phase::kSearching) return;
        take_rows();
        if (judge()) return;
    }
}

void
Search::explore()
{
    while (phase_ == Phase::kSearching && !progress_.settled) {
        if (stop_exploring()) continue;
        const am::Explored step = stream_->explore();
        if (step != am::Explored::kOpened) {
            progress_.settled = true;
            progress_.exhausted = step == am::Explored::kExhausted;
            return;
        }
        if (strategy_ == Strategy::kAllow && !progress_.seeded && stream_->wants_seeds()) draw_seeds();
        if (progress_.stepwise) {
            take_rows();
            progress_.settled = results_.full() && is_sure();
        }
    }
}

// Ends the exploring of this stream where it must not go on or does not pay.
bool
Search::stop_exploring()
{
    const uint64_t opened = stream_->counts().opened;
    if (guc_max_scan_tuples > 0 && opened + opened_before_ >= static_cast<uint64_t>(guc_max_scan_tuples)) {
        progress_.settled = progress_.exhausted = progress_.final = true;
        return true;
    }
    if (strategy_ == Strategy::kStream) {
        if (!stream_pays()) return leave("few rows pass");
    } else if (spent() > budget_) {
        return leave("budget spent");
    }
    if (opened <= stream_->sweep_price()) return false;
    find_the_rest();
    return true;
}

// Takes the rows that may be among those wanted, by the bounds of their distances, and tests them.
void
Search::take_rows()
{
    double bound;
    while (stream_->nearest(&bound) && !beyond_bound(bound)) {
        if (unordered_ ? results_.full() : !results_.wants(bound)) return;
        am::StreamRow row;
        if (!stream_->take(&row)) continue;
        CHECK_FOR_INTERRUPTS();
        pgstat_count_index_tuples(index_->scan()->indexRelation, 1);
        Result result;
        const Tested tested = rows_.test(row.row, &result);
        if (tested == Tested::kDead && !index_->scan()->xactStartedInRecovery) stream_->mark_killed();
        if (tested == Tested::kPassed && results_.add(result))
            progress_.last_success = Max(progress_.last_success, uint64_t{row.opened});
    }
}

bool
Search::beyond_bound(double bound) const
{
    if (!hints_.has_bound) return false;
    if (std::isnan(bound)) return !std::isnan(hints_.bound);
    return planned_.bound_inclusive ? bound > hints_.bound : bound >= hints_.bound;
}

// Whether nearer rows than those found are improbable. REQUIRES: as many as wanted were found.
bool
Search::is_sure() const
{
    if (progress_.exhausted || unordered_) return true;
    if (strategy_ != Strategy::kStream) return static_cast<double>(stream_->nodes_taken()) <= goal_rows_;
    const double opened = static_cast<double>(stream_->counts().opened);
    const double last = static_cast<double>(progress_.last_success);
    const double rows = static_cast<double>(Max(wanted_, 1));
    const double scale = static_cast<double>(ef_) * std::pow(10 / rows, kPatienceExponent);
    return opened - last > scale * (kPatience + kPatienceShare * last);
}

// After the rows that may be wanted were taken: true when it is time to return rows. Otherwise the search was given a
// farther goal.
bool
Search::judge()
{
    if (results_.full()) {
        goal_met_ = is_sure();
        if (!goal_met_) look_farther();
        return goal_met_;
    }
    double bound;
    const bool reached_bound =
        stream_->nearest(&bound) && beyond_bound(bound) && static_cast<double>(stream_->nodes_taken()) < goal_rows_;
    if (progress_.final || reached_bound)
        phase_ = Phase::kComplete;
    else if (progress_.exhausted)
        find_the_rest();
    else
        look_farther();
    return phase_ == Phase::kComplete;
}

// Every goal is farther than the one before, or a stream that had settled would settle for ever.
void
Search::look_farther()
{
    const double wanted = static_cast<double>(wanted_);
    double goal = nodes_for(wanted);
    if (strategy_ == Strategy::kStream && rows_known_ && !hints_.has_bound) {
        // So far that the stream hardly ever settles by itself: only when the index has grown since it was counted.
        progress_.stepwise = true;
        goal = Max(planned_.index_rows, wanted);
    } else if (results_.full()) {
        goal = Max(static_cast<double>(stream_->nodes_taken()), goal);
    }
    if (goal <= goal_rows_ || !results_.full()) goal = Max(2 * goal_rows_, goal);
    set_goal(goal);
}

// All rows that were not found yet, those included that no link leads to.
void
Search::find_the_rest()
{
    if (strategy_ == Strategy::kAllow) {
        measure_rest();
        return;
    }
    stream_->sweep();
    progress_.settled = progress_.exhausted = progress_.final = true;
}

}  // namespace vhnsw::plan
