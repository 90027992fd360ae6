# The figures, as gnuplot.jq wants them. Those without measurements are left out.
include "results";
include "gnuplot";

def figure($file): select(length > 0) | {file: $file, panels: .};

# One curve for each side of these measurements, and for each way that it was measured in.
def curves($names; points):
  group_by(rank + [.way])
  | map({base: .[0].base, title: ($names[.[0].side] + .[0].way), second: (.[0].side + .[0].way != .[0].base),
         style: .[0].style, points: points});

# Equal steps of recall are equal factors of what is missed.
def recall_figure($names; $set; $speed):
  of("query"; $set) | map(select(.clients == 1 and .recall >= 0.5 and .[$speed])) | select(length > 0)
  | ([0.9, .[].recall] | min | . * 10 | floor / 10) as $least
  | [{title: ($set | title), x: "recall@10",
      y: "queries per second\({qps: ", one client", best: " at best, one client", cpu: " of processor time"}[$speed])",
      setup: ["set xrange [\($least):0.9995]", "set nonlinear x via -log10(1 - x) inverse 1 - 10 ** -x",
              "set logscale y", "set xtics (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)"],
      curves: curves($names; sort_by(.ef) | map([([.recall, 0.9995] | min), .[$speed]]))}]
  | figure("recall_\($set.file)");

# Groups of bars, and in each group one for every side, at the same place. The last part of a group is its label.
def bars($names; group; value):
  (map(group) | unique) as $groups | [group_by(rank)[][0].side] as $sides | ($sides | length + 1) as $step
  | def place: (group as $g | $groups | index([$g])) * $step + (.side as $side | $sides | index($side));
    def text: value | shown | gsub(" "; "\u00a0");
    [$groups | to_entries[] | "\(.value | last | quoted) \(.key * $step + ($step - 2) / 2)"] as $labels
  | {setup: ["set boxwidth 0.9", "set yrange [0:*]", "set offsets 0.5, 0.5, graph 0.1, 0", "unset grid",
             "set xtics scale 0 (\($labels | join(", ")))"],
     curves: (curves($names; map([place, value, text])) | map(.style = "bars"))};

def processes: [.workers, if .workers == 0 then "1 process" else "\(.workers + 1) processes" end];

def build_figures($names; $sets):
  . as $all
  | ($all | map(select(.measure == "build").memory) | unique[]) as $memory
  | (if $memory == "ample" then "" else "_\($memory)" end) as $suffix
  | [$sets[] | . as $set
     | $all | of("build"; $set) | map(select(.memory == $memory)) | select(length > 0)
     | {title: ($set | title), x: "memory: \($memory)", y: "seconds to build"} + bars($names; processes; .seconds)]
  | figure("build\($suffix)");

def size_figure($names; $sets):
  . as $all
  | [$sets[] | . as $set
     | $all | of("build"; $set) | map(select(.memory == "ample")) | select(length > 0)
     | group_by(.side) | map(max_by(.workers))
     | {title: ($set | title), x: "", y: "MB"} + bars($names; ["index"]; .index_mb)]
  | figure("size");

def grid_figure($names; $set):
  {ind: "independent of the query", pos: "rows near the query pass", negC: "rows far from the query pass",
   negM: "few rows near the query pass", negR: "no rows near the query pass"} as $kinds
  | of("best of grid"; $set) | map(select(.k == 10)) | group_by(.kind)
  | map({title: "\($set.name): \($kinds[.[0].kind])", x: "rows that pass, %", y: "ms at a recall of .95, LIMIT 10",
         setup: ["set logscale xy", "set xrange [*:*] reverse"],
         curves: curves($names; sort_by(-.share) | map([100 * .share, .best_ms]))})
  | figure("grid_\($set.file)");

def churn_figure($names; $set):
  def rounds: .after | capture("^(?<n>[0-9]+) rounds$").n | tonumber;
  of("recall"; $set) | map(select(.subject | endswith("_churn"))) | group_by(.ef)
  | map((map(rounds) | max) as $last
        | map(if .after == "new build" then . + {round: $last, way: ", new index", style: "points"}
              else .round = rounds end)
        | {title: "\($set.name), ef_search = \(.[0].ef)", x: "rounds of 5 % deleted, inserted, VACUUM", y: "recall@10",
           setup: ["set xrange [0:\($last + 1)]", "set yrange [\(map(.recall) | min * 20 | floor / 20):1]"],
           curves: curves($names; sort_by(.round) | map([.round, .recall]))})
  | figure("churn_\($set.file)");

def growth_figure($names; $set):
  def panel($y; value):
    select(length > 0)
    | {title: $set.name, x: "rows", y: $y,
       setup: ["set logscale x", "set format x \"%.0s %c\"", "set yrange [0:*]"],
       curves: curves($names; sort_by(.rows) | map([.rows, value]))};
  [(of("growth"; $set) | (map(.ef) | max) as $ef | map(select(.ef == $ef))
    | panel("ms a query, ef_search = \($ef)"; .p50_ms), panel("pages a query"; .pages)),
   (of("growth insert"; $set) | panel("rows inserted a second"; .rows_per_s))]
  | figure("growth_\($set.file)");

def figures($names; $speed):
  sets as $sets | . as $all
  | ($sets[] | . as $set
     | $all | recall_figure($names; $set; $speed), grid_figure($names; $set), churn_figure($names; $set),
              growth_figure($names; $set)),
    build_figures($names; $sets), size_figure($names; $sets);
