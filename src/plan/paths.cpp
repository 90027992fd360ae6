// The planner hook: adds the custom paths of a relation, made of what core's own matching finds.
#include "plan/paths.hpp"

#include "am/cost.hpp"
#include "plan/conditions.hpp"
#include "plan/cost.hpp"

namespace vhnsw::plan {

namespace {

constinit set_rel_pathlist_hook_type previous_hook = nullptr;

// The cheap tests, so that queries that are none of our business lose no time.
bool
is_candidate(const PlannerInfo *root, RelOptInfo *rel, const RangeTblEntry *entry)
{
    if (root->query_pathkeys == NIL || rel->indexlist == NIL || rel->baserestrictinfo == NIL) return false;
    if (!guc_enable_filtered_scan || !enable_indexscan || guc_iterative_scan == IterativeScan::kOff) return false;
    if (entry->rtekind != RTE_RELATION || entry->inh || entry->tablesample != nullptr) return false;
    if (entry->relkind != RELKIND_RELATION && entry->relkind != RELKIND_MATVIEW) return false;
    if (rel->reloptkind != RELOPT_BASEREL && rel->reloptkind != RELOPT_OTHER_MEMBER_REL) return false;
    if (rel->lateral_relids != nullptr || IS_DUMMY_REL(rel)) return false;
    // An order that a join knows as well would be trusted by a merge join.
    const PathKey *first = linitial_node(PathKey, root->query_pathkeys);
    if (bms_num_members(first->pk_eclass->ec_relids) != 1) return false;
    return !am::needs_exact_order(root);
}

// A unique index says that there is one row at most: no search.
bool
is_one_row(PlannerInfo *root, RelOptInfo *rel)
{
    return relation_has_unique_index_for(root, rel, NIL, NIL, NIL);
}

template <typename T>
T *
shallow_copy(const T *original)
{
    T *copy = static_cast<T *>(palloc(sizeof(T)));
    memcpy(copy, original, sizeof(T));
    return copy;
}

// Has core make paths for the relation as if it had these indexes only. Nothing of the relation itself is changed.
List *
paths_with(PlannerInfo *root, const RelOptInfo *rel, List *indexes)
{
    RelOptInfo *scratch = shallow_copy(rel);
    scratch->indexlist = indexes;
    scratch->pathlist = scratch->partial_pathlist = NIL;
    scratch->ppilist = list_copy(rel->ppilist);
    // Conditions of joins make parameterised paths, which have no order.
    scratch->joininfo = NIL;
    create_index_paths(root, scratch);
    return scratch->pathlist;
}

// The path of an index in order of distance, with all conditions that the index can test. Null: the query orders by
// something else.
IndexPath *
ordered_path(PlannerInfo *root, const RelOptInfo *rel, const IndexOptInfo *index)
{
    IndexOptInfo *copy = shallow_copy(index);
    // An index-only scan is planned in another form.
    copy->canreturn = static_cast<bool *>(palloc0(sizeof(bool) * static_cast<size_t>(index->ncolumns)));

    // Before 17 core insists on matching the whole ORDER BY. One expression is enough: sorting the rest is cheap where
    // the first is in order.
    List *pathkeys = root->query_pathkeys;
    root->query_pathkeys = list_make1(linitial(pathkeys));
    List *paths = paths_with(root, rel, list_make1(copy));
    root->query_pathkeys = pathkeys;

    ListCell *cell;
    foreach (cell, paths) {
        if (!IsA(lfirst(cell), IndexPath)) continue;
        IndexPath *path = static_cast<IndexPath *>(lfirst(cell));
        if (list_length(path->indexorderbys) != 1 || PATH_REQ_OUTER(&path->path) != nullptr) continue;
        path->indexclauses = all_index_clauses(root, path);
        return path;
    }
    return nullptr;
}

// The best bitmap of the relation's other indexes. Null: there is none, or bitmaps are disabled.
BitmapHeapPath *
best_bitmap(PlannerInfo *root, RelOptInfo *rel)
{
    if (!enable_bitmapscan) return nullptr;
    List *indexes = NIL;
    ListCell *cell;
    foreach (cell, rel->indexlist) {
        const IndexOptInfo *index = lfirst_node(IndexOptInfo, cell);
        if (!index->amhasgetbitmap) continue;
        IndexOptInfo *copy = shallow_copy(index);
        copy->amhasgettuple = false;
        indexes = lappend(indexes, copy);
    }
    if (indexes == NIL) return nullptr;

    foreach (cell, paths_with(root, rel, indexes)) {
        Path *path = static_cast<Path *>(lfirst(cell));
        if (!IsA(path, BitmapHeapPath) || PATH_REQ_OUTER(path) != nullptr) continue;
        path->parent = rel;
        return reinterpret_cast<BitmapHeapPath *>(path);
    }
    return nullptr;
}

// LIMIT + OFFSET, when it is about this relation's rows. 0: unknown.
double
rows_wanted(const PlannerInfo *root, const RelOptInfo *rel)
{
    return is_whole_query(root, rel) ? Max(root->limit_tuples, 0.0) : 0;
}

CustomPath *
make_path(PlannerInfo *root, RelOptInfo *rel, IndexPath *index_path, BitmapHeapPath *bitmap)
{
    const OpExpr *order_by = linitial_node(OpExpr, index_path->indexorderbys);
    const PathKey *first = linitial_node(PathKey, root->query_pathkeys);
    const Strategy forced = guc_filter_strategy;

    if (forced == Strategy::kStream || forced == Strategy::kAttr) bitmap = nullptr;
    if (forced == Strategy::kStream) index_path->indexclauses = NIL;
    if (forced == Strategy::kAttr && index_path->indexclauses == NIL) return nullptr;
    if (forced == Strategy::kAllow && bitmap == nullptr) return nullptr;

    const DistanceBound bound = find_distance_bound(rel, order_by, first->pk_opfamily);
    const SearchOptions options = {.root = root,
                                   .rel = rel,
                                   .path = index_path,
                                   .bitmap = bitmap,
                                   .bound = bound.condition,
                                   .rows_wanted = rows_wanted(root, rel),
                                   .forced = forced};
    PlannedSearch search = {};
    search.index = index_path->indexinfo->indexoid;
    search.adaptive = forced == Strategy::kAuto;
    search.has_bitmap = bitmap != nullptr;
    search.bound_inclusive = bound.inclusive;
    const SearchPrice price = price_search(options, &search);
    if (search.strategy == Strategy::kExact && bitmap == nullptr) return nullptr;

    CustomPath *path = makeNode(CustomPath);
    path->path.pathtype = T_CustomScan;
    path->path.parent = rel;
    path->path.pathtarget = rel->reltarget;
    path->path.parallel_safe = rel->consider_parallel;
    path->path.rows = rel->rows;
    path->path.startup_cost = price.startup;
    path->path.total_cost = price.total;
    path->path.pathkeys = list_make1(linitial(root->query_pathkeys));
    path->flags = CUSTOMPATH_SUPPORT_PROJECTION;
    path->custom_paths = bitmap != nullptr ? list_make2(index_path, bitmap) : list_make1(index_path);
    path->custom_private = list_make2(encode_search(search), bound.bound);
    path->methods = &kPathMethods;
    return path;
}

// Removes core's own paths over the index.
void
drop_plain_paths(RelOptInfo *rel, Oid index)
{
    ListCell *cell;
    foreach (cell, rel->pathlist) {
        if (!IsA(lfirst(cell), IndexPath)) continue;
        if (static_cast<IndexPath *>(lfirst(cell))->indexinfo->indexoid == index)
            rel->pathlist = foreach_delete_current(rel->pathlist, cell);
    }
}

// Whether the settings ask for all passing rows to be measured, which a plain index scan does not do.
bool
asks_for_exact(const RelOptInfo *rel)
{
    if (guc_filter_strategy != Strategy::kAuto) return guc_filter_strategy == Strategy::kExact;
    return (guc_flat_search_cutoff >= 0 && rel->rows < guc_flat_search_cutoff) ||
           (guc_approximate_threshold >= 0 && rel->rows < guc_approximate_threshold * rel->tuples);
}

void
add_paths(PlannerInfo *root, RelOptInfo *rel)
{
    List *paths = NIL;
    BitmapHeapPath *bitmap = nullptr;
    bool asked_for_bitmap = false;
    ListCell *cell;

    foreach (cell, rel->indexlist) {
        const IndexOptInfo *index = lfirst_node(IndexOptInfo, cell);
        if (!am::is_hnsw_index(index) || (index->indpred != NIL && !index->predOK)) continue;
        // The predicate of a partial index may be all the conditions there are.
        if (index->indrestrictinfo == NIL) continue;
        IndexPath *index_path = ordered_path(root, rel, index);
        if (index_path == nullptr) continue;
        if (!asked_for_bitmap) bitmap = best_bitmap(root, rel);
        asked_for_bitmap = true;
        CustomPath *path = make_path(root, rel, index_path, bitmap);
        if (path != nullptr) paths = lappend(paths, path);
        if (path == nullptr && !asks_for_exact(rel)) continue;
        // The custom path does the same and tests conditions before it computes distances.
        drop_plain_paths(rel, index->indexoid);
        // Which may have looked better than reading the table.
        add_path(rel, create_seqscan_path(root, rel, nullptr, 0));
    }
    if (paths != NIL && guc_filter_strategy != Strategy::kAuto) rel->pathlist = rel->partial_pathlist = NIL;
    foreach (cell, paths) add_path(rel, static_cast<Path *>(lfirst(cell)));
}

extern "C" void
add_filtered_scans(PlannerInfo *root, RelOptInfo *rel, Index index, RangeTblEntry *entry)
{
    if (previous_hook != nullptr) previous_hook(root, rel, index, entry);
    if (is_candidate(root, rel, entry) && !is_one_row(root, rel)) add_paths(root, rel);
}

}  // namespace

bool
is_whole_query(const PlannerInfo *root, const RelOptInfo *rel)
{
    return bms_equal(rel->top_parent_relids != nullptr ? rel->top_parent_relids : rel->relids, query_relations(root));
}

void
define_plan()
{
    RegisterCustomScanMethods(&kScanMethods);
    previous_hook = set_rel_pathlist_hook;
    set_rel_pathlist_hook = add_filtered_scans;
}

}  // namespace vhnsw::plan
