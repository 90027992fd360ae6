# The page: for each set its plots, then a table for each kind of measurement; what was not measured is left out.
include "results";

# Columns that say what was measured, then what came out. In `paired`, the ratio that was taken round by round.
def tables: [
  {measure: "equal recall", title: "Queries per second at equal recall", keys: ["clients", "to_reach"], values: ["qps"]},
  {measure: "query", title: "Recall, speed and latency", keys: ["clients", "ef"],
   values: ["recall", "qps", "p50_ms", "p95_ms", "p99_ms"], paired: {qps: "ratio"}},
  {measure: "pages per query", title: "Pages a query touches", keys: ["ef"], values: ["total", "index", "heap"]},
  {measure: "cold", title: "First queries after a restart", keys: ["queries"], values: ["mean_ms"], paired: {mean_ms: "ratio"}},
  {measure: "build", title: "Build", keys: ["memory", "workers"], values: ["seconds", "index_mb", "wal_mb"],
   paired: {seconds: "ratio", wal_mb: "wal_ratio"}},
  {measure: "insert", title: "Insert, one row a statement", keys: ["clients"], values: ["rows_per_s", "wal_bytes"],
   paired: {rows_per_s: "ratio"}},
  {measure: "load inserted", title: "COPY into an empty index", keys: [], values: ["rows_per_s", "last_tenth", "index_mb"]},
  {measure: "update", title: "Update of another indexed column", keys: [],
   values: ["updates_per_s", "wal_bytes", "index_mb", "index_mb_after"], paired: {updates_per_s: "ratio"}},
  {measure: "mixed", title: "Inserts beside queries", keys: ["writers", "readers", "ef"],
   values: ["rows_per_s", "qps", "p50_ms", "p99_ms"], paired: {rows_per_s: "rows_ratio", qps: "qps_ratio"}},
  {measure: "vacuum", title: "VACUUM", keys: ["delete", "ef"],
   values: ["seconds", "wal_mb", "recall_before", "recall_first", "recall_last"], paired: {seconds: "ratio", wal_mb: "wal_ratio"}},
  {measure: "recall", title: "Recall after changes", in_order: true, keys: ["after", "ef"], values: ["recall", "index_mb"]},
  {measure: "growth", title: "Growth: queries", keys: ["ef", "rows"], values: ["recall", "pages", "p50_ms", "qps"], paired: {qps: "ratio"}},
  {measure: "growth insert", title: "Growth: inserts", keys: ["rows"], values: ["rows_per_s", "index_mb"], paired: {rows_per_s: "ratio"}},
  {measure: "growth of cost", title: "Growth: times from the least rows to the most", keys: ["ef", "rows_from", "rows_to"],
   values: ["time", "best_time", "pages"]},
  {measure: "best of conditions", title: "Conditions: the fastest way with a recall of .95", keys: ["kind", "share", "k"],
   values: ["best_ms", "recall", "ef", "strategy"]},
  {measure: "best of grid", title: "Grid: the fastest way with a recall of .95", keys: ["kind", "share", "k"],
   values: ["best_ms", "recall", "ef", "strategy"]},
  {measure: "grid recall", title: "Grid: recall of our ways over all cells", keys: ["strategy", "ef"],
   values: ["cells", "recall", "good", "fair", "least", "short"]},
  {measure: "grid auto to best forced", title: "Grid: time over that of the best forced way", keys: [],
   values: ["cells", "median", "p90", "largest", "within_2"]},
  {measure: "types", title: "Types", keys: ["type", "distance"], values: ["links", "recall", "bytes_per_row", "qps"], paired: {qps: "ratio"}}
];

def more_is_better: ["qps", "rows_per_s", "updates_per_s", "last_tenth"];
def less_is_better: ["seconds", "index_mb", "wal_mb", "wal_bytes", "p50_ms", "p95_ms", "p99_ms", "mean_ms", "best_ms", "total",
                     "index", "heap", "pages", "bytes_per_row"];

def headings:
  {qps: "queries/s", to_reach: "recall", k: "LIMIT", ef: "ef_search", delete: "deleted", rows_per_s: "rows/s", updates_per_s: "updates/s",
   wal_mb: "WAL, MB", wal_bytes: "WAL, bytes a row", index_mb: "index, MB", index_mb_after: "index after, MB", total: "pages", index: "of the index",
   heap: "of the table",
   best_ms: "ms", mean_ms: "mean ms", kind: "condition", strategy: "way", workers: "further processes"};
def heading: headings[.] // gsub("_"; " ") | sub(" ms$"; ", ms");

# How many times better than this line's side ours is. The side that recorded ratios are against has 1 for its own.
def advantage($ours; $field; $paired):
  (if more_is_better | index([$field]) then 1 elif less_is_better | index([$field]) then -1 else 0 end) as $sign
  | if $sign == 0 or $ours == null or .side == "ours" or (.[$field] // 0) == 0 or ($ours[$field] // 0) == 0 then ""
    else (if $paired and .[$paired] == 1 and $ours[$paired] then $ours[$paired] else $ours[$field] / .[$field] end) as $times
      | " (" + (if $sign > 0 then $times else 1 / $times end | shown) + " x)"
    end;

def cell($field): if .at_least and $field == "qps" then "≥ " else "" end + (.[$field] | if . == null then "–" else shown end);

def line: "| " + join(" | ") + " |";

def table($names; $spec):
  select(length > 0)
  | "", "### \($spec.title)", "",
    ([$spec.keys[], "side", $spec.values[] | heading] | line), ([$spec.keys[], "side", $spec.values[] | "---"] | line),
    (group_by([.[$spec.keys[]]]) | if $spec.in_order then sort_by(map(.at) | min) else . end | .[]
     | (map(select(.side == "ours"))[0]) as $ours
     | group_by(rank)[][] | . as $row
     | [($spec.keys[] | . as $key | $row | cell($key)), $names[.side],
        ($spec.values[] | . as $field | $row | cell($field) + advantage($ours; $field; $spec.paired[$field] // null))] | line);

def settings($names):
  map(select(.measure == "settings")) | group_by(.side) | map(last) | select(length > 0)
  | "## Settings", "", (.[] | . as $row | "* \($names[.side]): " + ([keys_unsorted[] | . as $key
      | select(["time", "load_average", "subject", "measure", "side", "base", "set", "rows", "dims", "at"] | index([$key]) | not)
      | "\($key) \($row[$key] | tostring)"] | join(", ")));

def page($names; $figures):
  sets as $sets | . as $all
  | "# Results", "",
    "In parentheses: how many times better vectorhnsw is, from the same rounds where a line is against the first peer; below 1 it is worse. `≥`: the",
    "smallest ef_search is more exact already, and this is its speed.", "",
    ($figures[] | select(startswith("recall") or startswith("build") or startswith("size")) | "![\(.)](\(.))"),
    ($sets[] as $set | "", "## \($set | title)", "",
      ($figures[] | select(test("^(grid|churn|growth)_" + $set.name + "[.]")) | "![\(.)](\(.))"),
      (tables[] as $spec | $all | map(select(.measure == $spec.measure and .set == $set.name)) | table($names; $spec))),
    "", settings($names);
