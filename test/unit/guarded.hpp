// An array that ends where unreadable memory begins: a loop that touches one byte too many dies, also where a
// sanitizer does not see it (masked loads). As lengths vary, so does the alignment of the first element.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace vhnsw::unit {

template <typename T>
class Guarded {
public:
    // `gap`: bytes between the end of the array and the unreadable memory.
    explicit Guarded(const std::vector<T> &values, size_t gap = 0) : size_(values.size())
    {
        size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
        size_t usable = (size_ * sizeof(T) + gap + page - 1) / page * page;
        mapped_ = usable + page;
        void *memory = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) abort();
        memory_ = static_cast<uint8_t *>(memory);
        if (mprotect(memory_ + usable, page, PROT_NONE) != 0) abort();
        bytes_ = memory_ + usable - gap - size_ * sizeof(T);
        if (size_ != 0) memcpy(bytes_, values.data(), size_ * sizeof(T));
    }
    ~Guarded() { munmap(memory_, mapped_); }
    Guarded(const Guarded &) = delete;
    Guarded &operator=(const Guarded &) = delete;

    // To hand to a kernel; not aligned when the gap is not.
    T *data() { return reinterpret_cast<T *>(bytes_); }

    std::vector<T> values() const
    {
        std::vector<T> copy(size_);
        if (size_ != 0) memcpy(copy.data(), bytes_, size_ * sizeof(T));
        return copy;
    }

private:
    size_t size_;
    size_t mapped_;
    uint8_t *memory_;
    uint8_t *bytes_;
};

}  // namespace vhnsw::unit
