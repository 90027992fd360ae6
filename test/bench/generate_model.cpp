#include "generate_model.hpp"

#include <algorithm>

namespace bench {
namespace {

constexpr size_t kCommonDirections = 48;    // in which topics differ
constexpr double kTopicSpread = 0.55;       // standard deviations, where that of a vector in its cluster is 1
constexpr double kClusterSpread = 0.4;      // of the clusters of a topic
constexpr float kSharedWithTopic = 0.7f;    // cosine between a direction of a cluster and that of its topic
constexpr size_t kFactorsPerDimension = 2;  // directions of a cluster, for every intrinsic dimension
constexpr double kDecay = 0.45;             // the i-th direction has variance i^-(2 kDecay)
constexpr double kNoise = 0.05;             // standard deviation of the noise, all dimensions together
constexpr double kSizeOffset = 10;          // sizes of clusters are as 1 / (rank + offset) (Zipf, Mandelbrot)
constexpr double kWidthDeviation = 0.1;     // of the logarithm of a cluster's width, and of a vector's distance
constexpr double kBetween = 0.05;           // share of vectors between two clusters

enum Stream : uint64_t { kTopics = uint64_t{1} << 62, kClusters = uint64_t{2} << 62 };  // vectors are below

std::vector<float>
random_unit_vector(Random &random, size_t dims)
{
    std::vector<float> v(dims);
    double square = 0;
    for (float &x : v) {
        x = random.normal();
        square += static_cast<double>(x) * x;
    }
    for (float &x : v) x /= static_cast<float>(std::sqrt(square));
    return v;
}

void
add(std::span<float> to, float factor, std::span<const float> v)
{
    for (size_t d = 0; d < to.size(); d++) to[d] += factor * v[d];
}

// Standard deviations that decay by a power of the rank; their squares add up to that of `whole`.
std::vector<float>
spectrum(size_t count, double whole)
{
    std::vector<float> deviations(count);
    double square = 0;
    for (size_t i = 0; i < count; i++) {
        const double deviation = std::pow(static_cast<double>(i + 1), -kDecay);
        deviations[i] = static_cast<float>(deviation);
        square += deviation * deviation;
    }
    for (float &deviation : deviations) deviation *= static_cast<float>(whole / std::sqrt(square));
    return deviations;
}

float
log_normal(Random &random)
{
    return std::exp(static_cast<float>(kWidthDeviation) * random.normal());
}

struct Topic {
    std::vector<float> centre;
    std::vector<std::vector<float>> directions;
};

std::vector<Topic>
make_topics(size_t count, size_t dims, size_t factors, uint64_t seed)
{
    Random random(seed, kTopics);
    std::vector<std::vector<float>> common;
    for (size_t i = 0; i < kCommonDirections; i++) common.push_back(random_unit_vector(random, dims));
    const std::vector<float> deviations = spectrum(kCommonDirections, kTopicSpread);
    std::vector<Topic> topics(count);
    for (Topic &topic : topics) {
        topic.centre.assign(dims, 0);
        for (size_t i = 0; i < kCommonDirections; i++) add(topic.centre, deviations[i] * random.normal(), common[i]);
        for (size_t i = 0; i < factors; i++) topic.directions.push_back(random_unit_vector(random, dims));
    }
    return topics;
}

}  // namespace

Model::Model(const ModelOptions &options)
    : dims_(options.dims), factors_(std::min(options.dims, kFactorsPerDimension * options.intrinsic)),
      seed_(options.seed)
{
    make_clusters(options.clusters);
    double sum = 0;
    for (size_t c = 0; c < clusters_.size(); c++)
        cumulated_.push_back(sum += 1 / (static_cast<double>(c) + kSizeOffset));
    for (double &share : cumulated_) share /= sum;
}

void
Model::make_clusters(size_t count)
{
    const auto topic_count = static_cast<size_t>(std::ceil(std::sqrt(static_cast<double>(count))));
    const std::vector<Topic> topics = make_topics(topic_count, dims_, factors_, seed_);
    const std::vector<float> deviations = spectrum(factors_, 1), spreads = spectrum(factors_, kClusterSpread);
    Random random(seed_, kClusters);
    for (size_t c = 0; c < count; c++) {
        const auto t = static_cast<size_t>(random.uniform() * static_cast<double>(topic_count));
        const Topic &topic = topics[t];
        Cluster &cluster = clusters_.emplace_back(Cluster{topic.centre, {}, log_normal(random)});
        for (size_t i = 0; i < factors_; i++) {
            add(cluster.centre, spreads[i] * random.normal(), topic.directions[i]);
            std::vector<float> direction = random_unit_vector(random, dims_);
            for (float &x : direction) x *= std::sqrt(1 - kSharedWithTopic * kSharedWithTopic);
            add(direction, kSharedWithTopic, topic.directions[i]);
            for (float x : direction) cluster.directions.push_back(deviations[i] * x);
        }
    }
}

size_t
Model::draw_cluster(Random &random) const
{
    const auto at = std::upper_bound(cumulated_.begin(), cumulated_.end(), random.uniform());
    return std::min(static_cast<size_t>(at - cumulated_.begin()), clusters_.size() - 1);
}

void
Model::vector(uint64_t number, std::span<float> out) const
{
    Random random(seed_, number);
    const Cluster &cluster = clusters_[draw_cluster(random)];
    std::copy(cluster.centre.begin(), cluster.centre.end(), out.begin());
    if (random.uniform() < kBetween) {
        const auto part = static_cast<float>(random.uniform());
        add(out, -part, cluster.centre);
        add(out, part, clusters_[draw_cluster(random)].centre);
    }
    const float scale = cluster.width * log_normal(random);
    for (size_t i = 0; i < factors_; i++)
        add(out, scale * random.normal(), std::span(cluster.directions).subspan(i * dims_, dims_));
    const float noise = scale * static_cast<float>(kNoise / std::sqrt(static_cast<double>(dims_)));
    for (float &x : out) x += noise * random.normal();
}

}  // namespace bench
