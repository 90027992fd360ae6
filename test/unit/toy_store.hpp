// The graph in ordinary containers, over exact squared distances: the smallest store that keeps the contract of
// graph/store.hpp and graph/insert.hpp. It counts what it is asked for, and can lie: about distances, and about nodes
// that have gone.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "graph/insert.hpp"

namespace vhnsw::unit {

using Floats = std::vector<float>;

inline float
squared_distance(const Floats &a, const Floats &b)
{
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i)
        sum += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    return static_cast<float>(sum);
}

class ToyStore {
public:
    using Id = uint64_t;  // layer << 32 | node

    struct Link {
        uint32_t node;
        float key;
        bool dominated;
    };
    struct Node {
        Floats vector;
        std::vector<uint64_t> rows;
        std::vector<std::vector<Link>> layers;
    };
    struct Opened {
        float key;
        Vec<graph::Candidate<Id>> neighbours;
        Vec<graph::Candidate<Id>> beyond;
    };
    struct Kept {
        float key;
        Id id;
    };

    static Id id_of(int layer, uint32_t node) { return static_cast<uint64_t>(layer) << 32 | node; }
    static uint32_t node_of(Id id) { return static_cast<uint32_t>(id); }
    static int layer_of(Id id) { return static_cast<int>(id >> 32); }

    explicit ToyStore(uint32_t capacity) : capacity_(capacity) {}

    // What keys are distances to: a query, or the vector that is inserted next.
    void aim(const Floats &vector, uint64_t row = 0)
    {
        target_ = vector;
        row_ = row;
    }

    // A node on layers 0..level, without links.
    uint32_t add(const Floats &vector, int level = 0)
    {
        nodes.push_back({vector, {row_}, std::vector<std::vector<Link>>(static_cast<size_t>(level) + 1)});
        return static_cast<uint32_t>(nodes.size()) - 1;
    }
    void link(int layer, uint32_t from, uint32_t to)
    {
        links(layer, from).push_back({to, squared_distance(nodes[from].vector, nodes[to].vector), false});
    }

    std::vector<Link> &links(int layer, uint32_t node) { return nodes[node].layers[static_cast<size_t>(layer)]; }
    float key_to(uint32_t node) const { return squared_distance(target_, nodes[node].vector); }
    // What a link to the node says.
    float estimate_of(uint32_t node) const
    {
        double noise = 2 * Rng(node).uniform() - 1;
        return static_cast<float>(key_to(node) * (1 + estimate_noise * noise));
    }

    // --- GraphStore ---

    uint64_t key_of(Id id) const { return id + 1; }
    void prefetch(Id id) { prefetched.push_back(id); }
    Id below(Id id, const Opened &) const { return id - (uint64_t{1} << 32); }
    bool open(Id id, VisitedSet &visited, float limit, Opened &opened)
    {
        prefetched.clear();
        if (gone.count(node_of(id))) return false;
        ++opens[id];
        opened.key = key_to(node_of(id));
        opened.neighbours.clear();
        opened.beyond.clear();
        for (const Link &link : links(layer_of(id), node_of(id))) {
            graph::Candidate<Id> neighbour = {estimate_of(link.node), id_of(layer_of(id), link.node)};
            if (neighbour.key >= limit)
                opened.beyond.push(neighbour);
            else if (visited.insert(key_of(neighbour.id)))
                opened.neighbours.push(neighbour);
        }
        return true;
    }

    // --- InsertStore ---

    graph::EntryPoint<Id> entry() const { return {id_of(std::max(entry_level, 0), entry_node), entry_level}; }
    uint32_t capacity() const { return capacity_; }
    Kept keep(Id id, const Opened &opened) const { return {opened.key, id}; }
    float between(const Kept &a, const Kept &b) const
    {
        return squared_distance(nodes[node_of(a.id)].vector, nodes[node_of(b.id)].vector);
    }
    bool is_dead(const Kept &kept) const { return dead.count(node_of(kept.id)); }
    bool is_duplicate(const Kept &kept) const { return nodes[node_of(kept.id)].vector == target_; }
    bool add_row(const Kept &kept)
    {
        if (full.count(node_of(kept.id))) return false;
        nodes[node_of(kept.id)].rows.push_back(row_);
        return true;
    }
    Id create(int layer, std::span<const Kept> kept, std::span<const bool> dominated)
    {
        if (layer == 0) add(target_, -1);
        uint32_t node = static_cast<uint32_t>(nodes.size()) - 1;
        nodes[node].layers.emplace_back();
        for (size_t i = 0; i < kept.size(); ++i)
            nodes[node].layers.back().push_back({node_of(kept[i].id), kept[i].key, dominated[i]});
        return id_of(layer, node);
    }
    void link_back(const Kept &kept, int layer, Id newcomer)
    {
        ListView view{*this, links(layer, node_of(kept.id)), node_of(newcomer)};
        graph::Admission admission = graph::admit(view, kept.key);
        if (admission.slot == graph::kRefused) return;
        Link link{node_of(newcomer), kept.key, admission.dominated};
        if (admission.slot == static_cast<int>(view.size()))
            view.list.push_back(link);
        else
            view.list[static_cast<size_t>(admission.slot)] = link;
    }
    void raise_entry(Id id, int level)
    {
        if (level <= entry_level) return;
        entry_level = level;
        entry_node = node_of(id);
    }

    std::vector<Node> nodes;
    int entry_level = -1;
    uint32_t entry_node = 0;
    double estimate_noise = 0;   // estimates are wrong by up to this share
    std::set<uint32_t> gone;     // nodes that open() does not find
    std::set<uint32_t> dead;     // nodes that lead on, but are to be removed
    std::set<uint32_t> full;     // nodes that take no rows
    std::map<Id, size_t> opens;  // how often each was opened
    std::vector<Id> prefetched;  // since a node was opened

private:
    struct ListView {
        ToyStore &store;
        std::vector<Link> &list;
        uint32_t newcomer;

        uint32_t size() const { return static_cast<uint32_t>(list.size()); }
        uint32_t capacity() const { return store.capacity_; }
        float key(uint32_t i) const { return list[i].key; }
        float between(uint32_t i) const
        {
            return squared_distance(store.nodes[list[i].node].vector, store.nodes[newcomer].vector);
        }
        bool dominated(uint32_t i) const { return list[i].dominated; }
        void set_dominated(uint32_t i) { list[i].dominated = true; }
    };

    uint32_t capacity_;
    Floats target_;
    uint64_t row_ = 0;
};

static_assert(graph::InsertStore<ToyStore>);

}  // namespace vhnsw::unit
