// The distribution that generated vector sets are drawn from: what embeddings of real things look like. A vector is a
// function of the seed and its number alone, so that any thread makes it, and makes it again, without keeping it.
//
//   topics    few, around the origin, in a space of few common directions with a decaying spectrum
//   clusters  around their topics; their sizes follow a power law, their widths differ
//   vectors   around their clusters, in a subspace that a cluster has for itself but for what it shares with its topic.
//             The spectrum of the subspace decays; a little noise fills all dimensions; some vectors are far out, and
//             some lie between two clusters
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

// Random numbers of one stream: streams of different numbers are independent, and each is the same for a seed.
class Random {
public:
    Random(uint64_t seed, uint64_t stream) : state_(mix(mix(seed) + stream)) {}

    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

    // Standard normal, by Box and Muller.
    float normal()
    {
        if (has_spare_) return has_spare_ = false, spare_;
        const auto radius = static_cast<float>(std::sqrt(-2 * std::log(1 - uniform())));
        const auto angle = static_cast<float>(2 * M_PI * uniform());
        spare_ = radius * std::sin(angle);
        has_spare_ = true;
        return radius * std::cos(angle);
    }

private:
    // SplitMix64 (Steele, Lea, Flood 2014).
    static uint64_t mix(uint64_t x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
    uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15); }

    uint64_t state_;
    float spare_ = 0;
    bool has_spare_ = false;
};

struct ModelOptions {
    size_t dims, intrinsic, clusters;
    uint64_t seed;
};

class Model {
public:
    explicit Model(const ModelOptions &options);

    // Writes vector `number`. REQUIRES: out has as many elements as the model has dims.
    void vector(uint64_t number, std::span<float> out) const;

private:
    struct Cluster {
        std::vector<float> centre, directions;  // directions: factors_ rows, as long as their standard deviations
        float width;
    };

    void make_clusters(size_t count);
    size_t draw_cluster(Random &random) const;

    size_t dims_, factors_;
    uint64_t seed_;
    std::vector<Cluster> clusters_;
    std::vector<double> cumulated_;  // share of vectors in the clusters up to this one
};

}  // namespace bench
