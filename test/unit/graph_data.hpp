// Vectors to build graphs from, and the exact answers.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/rng.hpp"
#include "toy_store.hpp"

namespace vhnsw::unit {

// Uniform in the cube [-1, 1].
inline std::vector<Floats>
uniform_vectors(Rng &rng, size_t count, size_t dims)
{
    std::vector<Floats> vectors(count, Floats(dims));
    for (Floats &vector : vectors)
        for (float &value : vector) value = static_cast<float>(2 * rng.uniform() - 1);
    return vectors;
}

// Around `clusters` centres, a tenth as wide as these are apart; in turns.
inline std::vector<Floats>
clustered_vectors(Rng &rng, size_t count, size_t dims, size_t clusters)
{
    std::vector<Floats> centres = uniform_vectors(rng, clusters, dims), vectors = uniform_vectors(rng, count, dims);
    for (size_t i = 0; i < count; ++i)
        for (size_t d = 0; d < dims; ++d) vectors[i][d] = centres[i % clusters][d] + 0.1f * vectors[i][d];
    return vectors;
}

// Indexes of the k nearest vectors, nearest first.
inline std::vector<uint64_t>
nearest(const std::vector<Floats> &vectors, const Floats &query, size_t k)
{
    std::vector<float> keys;
    for (const Floats &vector : vectors) keys.push_back(squared_distance(vector, query));
    std::vector<uint64_t> order(vectors.size());
    std::iota(order.begin(), order.end(), uint64_t{0});
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                      [&](uint64_t a, uint64_t b) { return keys[a] < keys[b]; });
    order.resize(k);
    return order;
}

// The share of `wanted` that is in `found`.
inline double
share_found(const std::vector<uint64_t> &wanted, const std::vector<uint64_t> &found)
{
    if (wanted.empty()) return 1;
    size_t hits = 0;
    for (uint64_t row : wanted) hits += std::find(found.begin(), found.end(), row) != found.end();
    return static_cast<double>(hits) / static_cast<double>(wanted.size());
}

}  // namespace vhnsw::unit
