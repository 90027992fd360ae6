// Edits of pages, and their records. Core's own way to write such records (access/generic_xlog.h) takes 66 kB of memory
// for each and compares pages byte by byte, which is a third of the time of an insert (README). Core replays them: the
// format is that of generic_xlog.c, the same since it exists.
#include "am/page_edit.hpp"

namespace vhnsw::am {

namespace {

// What a record says of a page: fragments, each a header and the bytes that lie there from now on.
struct Fragment {
    OffsetNumber offset;
    OffsetNumber length;
};

constexpr uint32_t kStride = 128;

// Fragments are farther apart than the header of one is long.
constexpr uint32_t kMaxDelta = BLCKSZ + sizeof(Fragment);

struct Workspace {
    PGAlignedBlock copies[PageEdit::kMaxPages];
    char deltas[PageEdit::kMaxPages][kMaxDelta];
};
constinit Workspace workspace{};

// The first byte from `at` on that differs, or BLCKSZ.
uint32_t
next_difference(const char *a, const char *b, uint32_t at)
{
    while (at + kStride <= BLCKSZ && memcmp(a + at, b + at, kStride) == 0) at += kStride;
    while (at < BLCKSZ && a[at] == b[at]) at++;
    return at;
}

// Makes the page equal to its copy. Returns the length of the delta that does the same.
uint32_t
apply(char *page, const char *copy, char *delta)
{
    uint32_t bytes = 0;
    uint32_t at = next_difference(page, copy, 0);
    while (at < BLCKSZ) {
        uint32_t end = at + 1;
        for (uint32_t i = end; i < BLCKSZ && i - end <= sizeof(Fragment); i++)
            if (page[i] != copy[i]) end = i + 1;
        const Fragment fragment = {static_cast<OffsetNumber>(at), static_cast<OffsetNumber>(end - at)};
        memcpy(delta + bytes, &fragment, sizeof(fragment));
        memcpy(delta + bytes + sizeof(fragment), copy + at, fragment.length);
        memcpy(page + at, copy + at, fragment.length);
        bytes += static_cast<uint32_t>(sizeof(fragment)) + fragment.length;
        at = next_difference(page, copy, end);
    }
    return bytes;
}

// Replay leaves zeros between pd_lower and pd_upper.
void
clear_hole(Page page)
{
    PageHeader header = reinterpret_cast<PageHeader>(page);
    memset(page + header->pd_lower, 0, header->pd_upper - header->pd_lower);
}

}  // namespace

Page
PageEdit::page(Buffer buffer, bool is_new)
{
    Assert(count_ < kMaxPages);
    Page page = BufferGetPage(buffer);
    pages_[count_] = {buffer, is_new};
    if (building_) {
        count_++;
        return page;
    }
    Page copy = workspace.copies[count_++].data;
    memcpy(copy, page, BLCKSZ);
    return copy;
}

void
PageEdit::finish()
{
    if (building_) {
        for (int i = 0; i < count_; i++) MarkBufferDirty(pages_[i].buffer);
        return;
    }
    uint32_t bytes[kMaxPages];
    bool any = false;
    if (logged_) XLogBeginInsert();
    START_CRIT_SECTION();
    for (int i = 0; i < count_; i++) {
        Page page = BufferGetPage(pages_[i].buffer);
        clear_hole(page);
        clear_hole(workspace.copies[i].data);
        bytes[i] = apply(page, workspace.copies[i].data, workspace.deltas[i]);
        if (bytes[i] == 0) continue;
        any = true;
        MarkBufferDirty(pages_[i].buffer);
        if (!logged_) continue;
        const uint8_t block = static_cast<uint8_t>(i);
        XLogRegisterBuffer(block, pages_[i].buffer, REGBUF_STANDARD | (pages_[i].is_new ? REGBUF_FORCE_IMAGE : 0));
        if (!pages_[i].is_new) XLogRegisterBufData(block, workspace.deltas[i], bytes[i]);
    }
    if (logged_ && any) {
        XLogRecPtr lsn = XLogInsert(RM_GENERIC_ID, 0);
        for (int i = 0; i < count_; i++)
            if (bytes[i] > 0) PageSetLSN(BufferGetPage(pages_[i].buffer), lsn);
    }
    END_CRIT_SECTION();
    if (logged_ && !any) XLogResetInsertion();
}

}  // namespace vhnsw::am
