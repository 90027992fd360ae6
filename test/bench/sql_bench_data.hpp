// The vector sets: base and query vectors with the exact nearest neighbours of every query.
// Every record of a file is an int32 dimension and that many values, little endian: floats in
// .fvecs, bytes in .bvecs, int32 in .ivecs.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <vector>

namespace bench {

namespace fs = std::filesystem;

[[noreturn]] inline void
fail(const std::string &message)
{
    std::fprintf(stderr, "sql_bench: %s\n", message.c_str());
    std::exit(1);
}

template <typename T>
struct Matrix {
    size_t dim = 0;
    std::vector<T> values;

    size_t rows() const { return dim == 0 ? 0 : values.size() / dim; }
    std::span<const T> row(size_t i) const { return std::span(values).subspan(i * dim, dim); }
};

// The first rows of a file, at most `limit`.
template <typename Stored, typename T>
Matrix<T>
read_matrix(const fs::path &path, size_t limit = SIZE_MAX)
{
    std::ifstream file(path, std::ios::binary);
    Matrix<T> matrix;
    std::vector<Stored> record;
    for (int32_t dim; matrix.rows() < limit && file.read(reinterpret_cast<char *>(&dim), sizeof dim);) {
        if (dim <= 0 || (matrix.dim != 0 && matrix.dim != static_cast<size_t>(dim)))
            fail("bad dimension in " + path.string());
        matrix.dim = static_cast<size_t>(dim);
        record.resize(matrix.dim);
        const auto bytes = static_cast<std::streamsize>(matrix.dim * sizeof(Stored));
        if (!file.read(reinterpret_cast<char *>(record.data()), bytes)) fail("truncated record in " + path.string());
        matrix.values.insert(matrix.values.end(), record.begin(), record.end());
    }
    if (matrix.values.empty()) fail("cannot read " + path.string());
    return matrix;
}

inline Matrix<float>
read_vectors(const fs::path &path, size_t limit)
{
    return fs::exists(path.string() + ".bvecs") ? read_matrix<uint8_t, float>(path.string() + ".bvecs", limit)
                                                : read_matrix<float, float>(path.string() + ".fvecs", limit);
}

struct VectorSet {
    std::string name;
    bool cosine;
    Matrix<float> base, query;
    Matrix<int32_t> truth;  // ids of the nearest rows of every query, nearest first

    // At most so many rows and queries. The answers of the folder are for all rows.
    VectorSet(const fs::path &folder, size_t rows, size_t queries)
        : name(folder.filename()), cosine(fs::exists(folder / "gt_cos.ivecs")),
          base(read_vectors(folder / "base", rows)), query(read_vectors(folder / "query", queries)),
          truth(read_matrix<int32_t, int32_t>(folder / (cosine ? "gt_cos.ivecs" : "gt_l2.ivecs"), query.rows()))
    {
        if (base.dim != query.dim || truth.rows() != query.rows())
            fail("base, query and answers in " + folder.string() + " do not belong together");
    }

    const char *op() const { return cosine ? "<=>" : "<->"; }
    const char *opclass() const { return cosine ? "vector_cosine_ops" : "vector_l2_ops"; }

    // What the operator returns, in double precision.
    double distance(size_t q, size_t id) const { return distance(query.row(q), base.row(id)); }

    double distance(std::span<const float> a, std::span<const float> b) const
    {
        double square = 0, dot = 0, a_square = 0, b_square = 0;
        for (size_t i = 0; i < a.size(); i++) {
            const double x = a[i], y = b[i];
            square += (x - y) * (x - y);
            dot += x * y;
            a_square += x * x;
            b_square += y * y;
        }
        return cosine ? 1 - dot / std::sqrt(a_square * b_square) : std::sqrt(square);
    }
};

}  // namespace bench
