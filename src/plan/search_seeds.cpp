// Seeds: where the rows that pass lie away from the query, a few of them, drawn at random, tell the search where.
#include "plan/search.hpp"

#include "core/rng.hpp"
#include "pg/random.hpp"

namespace vhnsw::plan {

namespace {

constexpr int kDrawn = 16;
constexpr int kEntered = 2;
// Rows that were tested before, and lossy blocks, give none; there may be nothing else.
constexpr int kTries = 4 * kDrawn;
// Nodes opened on the way to one of them.
constexpr double kDescent = 15;

}  // namespace

// They are tested like all rows, and are part of the answer if the search comes to them or not.
void
Search::draw_seeds()
{
    const double price = kDrawn * planned_.row_price + kEntered * kDescent;
    if (allowed_->set().count() == 0 || spent() + price > budget_) return;
    progress_.seeded = true;
    progress_.extra += price;

    Rng rng(random_seed());
    Heap<Result, NearerResult> drawn;
    for (int tries = 0, found = 0; tries < kTries && found < kDrawn; tries++) {
        CHECK_FOR_INTERRUPTS();
        Result result;
        const Tested tested = rows_.test(allowed_->set().random_row(rng), &result);
        if (tested == Tested::kRepeated) continue;
        found++;
        if (tested != Tested::kPassed) continue;
        results_.add(result);
        if (!result.distance().is_null) drawn.push(result);
    }
    for (int entered = 0; entered < kEntered && !drawn.empty(); entered++) {
        Datum vector;
        if (rows_.vector_of(drawn.pop().row(), &vector)) stream_->enter_near(vector);
    }
    drawn.release();
}

}  // namespace vhnsw::plan
