// One atomic change of one or two locked pages: logged, or in place while CREATE INDEX still owns the index and will
// log all of it at the end.
//
// Pages are changed as copies; finish() writes the bytes that differ to the pages, and the same bytes to the log, as a
// record of core's generic kind. Until then nothing has happened, and an error leaves the pages as they were.
#pragma once

#include "am/page.hpp"

namespace vhnsw::am {

// Of a backend, one at a time.
class PageEdit {
public:
    static constexpr int kMaxPages = 2;

    void begin(Relation index, bool building)
    {
        building_ = building;
        logged_ = RelationNeedsWAL(index);
        count_ = 0;
    }

    // The page to change. REQUIRES: exclusive lock on the buffer, held until finish() or for as long as the copy is
    // used. A new page is logged whole.
    Page page(Buffer buffer, bool is_new = false);

    // Does nothing where no byte has changed.
    void finish();

private:
    struct Changed {
        Buffer buffer;
        bool is_new;
    };

    bool building_;
    bool logged_;
    int count_;
    Changed pages_[kMaxPages];
};

}  // namespace vhnsw::am
