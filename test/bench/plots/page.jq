# The page: plots, then for each set a table for each kind of measurement. What was not measured is left out.
include "results";

# The columns that say what was measured, then what came out. `paired` names the ratio that was taken round by round.
def table_of($measure; $title; $keys; $values; $paired):
  {measure: $measure, title: $title, keys: $keys, values: $values, paired: $paired};
def tables:
  table_of("equal recall"; "Queries per second at equal recall"; ["clients", "to_reach"]; ["qps", "best", "cpu"]; {}),
  table_of("query"; "Recall, speed and latency"; ["clients", "ef"];
           ["recall", "qps", "best", "cpu_ms", "p50_ms", "p95_ms", "p99_ms"]; {qps: "ratio", cpu_ms: "cpu_ratio"}),
  table_of("pages per query"; "Pages a query touches"; ["ef"]; ["total", "index", "heap"]; {}),
  table_of("cold"; "First queries after a restart"; ["queries"]; ["mean_ms"]; {mean_ms: "ratio"}),
  table_of("build"; "Build"; ["memory", "workers"]; ["seconds", "cpu_s", "index_mb", "wal_mb"];
           {seconds: "ratio", cpu_s: "cpu_ratio", wal_mb: "wal_ratio"}),
  table_of("insert"; "Insert, one row a statement"; ["clients"]; ["rows_per_s", "cpu_ms", "wal_bytes"];
           {rows_per_s: "ratio", cpu_ms: "cpu_ratio"}),
  table_of("load inserted"; "COPY into an empty index"; []; ["rows_per_s", "last_tenth", "index_mb"]; {}),
  table_of("update"; "Update of another indexed column"; [];
           ["updates_per_s", "cpu_ms", "wal_bytes", "index_mb", "index_mb_after"];
           {updates_per_s: "ratio", cpu_ms: "cpu_ratio"}),
  table_of("mixed"; "Inserts beside queries"; ["writers", "readers", "ef"]; ["rows_per_s", "qps", "p50_ms", "p99_ms"];
           {rows_per_s: "rows_ratio", qps: "qps_ratio"}),
  table_of("vacuum"; "VACUUM"; ["delete", "ef"];
           ["seconds", "cpu_s", "wal_mb", "recall_before", "recall_first", "recall_last"];
           {seconds: "ratio", cpu_s: "cpu_ratio", wal_mb: "wal_ratio"}),
  (table_of("recall"; "Recall after changes"; ["after", "ef"]; ["recall", "index_mb"]; {}) | .as_measured = true),
  table_of("growth"; "Growth: queries"; ["ef", "rows"]; ["recall", "pages", "p50_ms", "cpu_ms", "qps"];
           {cpu_ms: "cpu_ratio", qps: "ratio"}),
  table_of("growth insert"; "Growth: inserts"; ["rows"]; ["rows_per_s", "cpu_ms", "wal_bytes", "index_mb"];
           {rows_per_s: "ratio", cpu_ms: "cpu_ratio"}),
  table_of("growth of cost"; "Growth: the most rows against the least"; ["ef", "rows_from", "rows_to"];
           ["time", "best_time", "cpu_time", "pages"]; {}),
  table_of("best of conditions"; "Conditions: the fastest way with a recall of .95"; ["kind", "share", "k"];
           ["best_ms", "recall", "ef", "strategy"]; {}),
  table_of("best of grid"; "Grid: the fastest way with a recall of .95"; ["kind", "share", "k"];
           ["best_ms", "recall", "ef", "strategy"]; {}),
  table_of("grid recall"; "Grid: recall of our ways over all cells"; ["strategy", "ef"];
           ["cells", "recall", "good", "fair", "least", "short"]; {}),
  table_of("grid auto to best forced"; "Grid: time over that of the best forced way"; [];
           ["cells", "median", "p90", "largest", "within_2"]; {}),
  table_of("types"; "Types"; ["type", "distance"]; ["links", "recall", "bytes_per_row", "qps"]; {qps: "ratio"});

# 1: more is better, -1: less is better, 0: neither.
def sense($measure):
  if ["qps", "best", "cpu", "rows_per_s", "updates_per_s", "last_tenth"] | index([$measure]) then 1
  elif ["seconds", "cpu_s", "total", "index", "heap", "pages", "bytes_per_row"] | index([$measure]) then -1
  elif $measure | test("_(ms|mb|bytes|mb_after)$") then -1
  else 0 end;

def heading:
  {qps: "queries/s", best: "at best", cpu: "a second of processor", cpu_ms: "processor ms", cpu_s: "processor, s",
   to_reach: "recall", k: "LIMIT", ef: "ef_search", delete: "deleted",
   rows_per_s: "rows/s", updates_per_s: "updates/s", wal_mb: "WAL, MB", wal_bytes: "WAL, bytes a row",
   index_mb: "index, MB", index_mb_after: "index after, MB", total: "pages", index: "of the index",
   heap: "of the table", best_ms: "ms", kind: "condition", strategy: "way", workers: "further processes"}[.]
  // gsub("_"; " ") | sub(" ms$"; ", ms");

# How many times better than this line ours is. The side that recorded ratios are against has 1 for its own.
def advantage($ours; $field; $paired):
  sense($field) as $sense
  | if $sense == 0 or .side == "ours" or [.[$field], $ours[$field]] - [null, 0] != [.[$field], $ours[$field]] then ""
    else (if $paired and .[$paired] == 1 then $ours[$paired] else null end // ($ours[$field] / .[$field])) as $times
      | (if $sense > 0 then $times else 1 / $times end) as $times
      | " (\(if $times < 1 then $times * 100 | round / 100 else $times | shown end) x)"
    end;

def cell($field):
  (if .at_least and ($field | test("^(qps|best|cpu)$")) then "≥ " else "" end) as $bound
  | .[$field]
  | if . == null then "–" elif $field | test("recall") then . * 10000 | round / 10000 | tostring
    else $bound + shown end;

def line: "| \(join(" | ")) |";

def table($names; $spec):
  select(length > 0)
  | (. as $rows | $spec.values | map(. as $value | select(any($rows[]; .[$value] != null)))) as $values
  | ($spec.keys + ["side"] + $values) as $columns
  | "", "### \($spec.title)", "", ($columns | map(heading) | line), ($columns | map("---") | line),
    (group_by([.[$spec.keys[]]]) | if $spec.as_measured then sort_by(map(.at) | min) else . end | .[]
     | (map(select(.side == "ours"))[0]) as $ours
     | sort_by(rank)[] | . as $row
     | [($spec.keys[] as $key | $row | cell($key)), $names[.side],
        ($values[] as $field | $row | cell($field) + advantage($ours; $field; $spec.paired[$field]))] | line);

def settings($names):
  map(select(.measure == "settings")) | group_by(.side) | map(last) | sort_by(rank)[]
  | . as $row
  | [keys_unsorted - ["time", "load_average", "subject", "measure", "side", "base", "set", "rows", "set_rows", "dims",
                       "at"]
     | .[] | "\(.) \($row[.])"] as $settings
  | "* \($names[.side]): \($settings | join(", "))";

def page($names; $files):
  . as $all
  | def images(wanted): $files[] | select(wanted) | "![\(.)](\(.))", "";
    "# Results", "",
    "In parentheses: how many times better vectorhnsw is than this line; below 1 it is worse. Against the first peer",
    "these are medians of ratios from the same rounds, where there were rounds. `≥`: the smallest ef_search is more",
    "exact already, and this is its speed.", "",
    images(test("^(recall|build|size)")),
    (sets[] | . as $set
     | "", "## \(title)", "", images(test("^(grid|churn|growth)_\($set.file)[.]")),
       (tables as $spec | $all | of($spec.measure; $set) | table($names; $spec))),
    "", "## Settings", "", ($all | settings($names));
