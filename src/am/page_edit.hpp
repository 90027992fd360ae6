// One atomic change of up to four locked pages: through generic WAL, or in place while CREATE INDEX still owns the
// index and will log all of it at the end.
#pragma once

#include "am/page.hpp"

namespace vhnsw::am {

class PageEdit {
public:
    // May allocate: begin before taking locks.
    void begin(Relation index, bool building)
    {
        state_ = building ? nullptr : GenericXLogStart(index);
        count_ = 0;
    }

    // The page to change. REQUIRES: exclusive lock on the buffer, held until finish() or abort().
    Page page(Buffer buffer, bool is_new = false)
    {
        buffers_[count_++] = buffer;
        if (state_ == nullptr) return BufferGetPage(buffer);
        return GenericXLogRegisterBuffer(state_, buffer, is_new ? GENERIC_XLOG_FULL_IMAGE : 0);
    }

    void finish()
    {
        if (state_ != nullptr)
            GenericXLogFinish(state_);
        else
            for (int i = 0; i < count_; i++) MarkBufferDirty(buffers_[i]);
    }

    // Nothing happens to the pages. REQUIRES: none of them was changed.
    void abort()
    {
        if (state_ != nullptr) GenericXLogAbort(state_);
    }

private:
    GenericXLogState *state_;
    Buffer buffers_[MAX_GENERIC_XLOG_PAGES];
    int count_;
};

}  // namespace vhnsw::am
