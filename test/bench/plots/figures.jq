# Figures, as one script for gnuplot. A figure is a file with panels beside each other; a panel has lines that set it up
# and curves: a side in one of its ways (the second one is dashed and open), and points.
include "results";

# A side has the same colour and the same symbol everywhere.
def looks:
  ([.[].base | values] | unique - ["ours", "hnswlib"]) as $peers
  | {ours: {colour: "#0072b2", symbol: 7}, hnswlib: {colour: "#555555", symbol: 9}}
    + ([$peers | to_entries[] | {key: .value, value: ([
        {colour: "#d55e00", symbol: 5}, {colour: "#009e73", symbol: 13}, {colour: "#cc79a7", symbol: 11},
        {colour: "#e69f00", symbol: 15}][.key % 4])}] | from_entries);

def quoted: "\"" + gsub("\""; "'") + "\"";

def plot_lines($look; $block):
  if .style == "bars" then
    "\($block) using 1:2 with boxes fs solid 0.85 noborder lc rgb \($look.colour | quoted) title \(.title | quoted)",
    "\($block) using 1:2:3 with labels offset 0,0.6 font \",10\" noenhanced notitle"
  else
    "\($block) using 1:2 with \(.style // "linespoints") lw 2 ps 0.8 lc rgb \($look.colour | quoted) "
      + (if .second then "dt 2 pt \($look.symbol - 1)" else "pt \($look.symbol)" end) + " title \(.title | quoted)"
  end;

def panel_script($looks; $n):
  [.curves | to_entries[] | .value + {block: "$panel\($n)_\(.key)"}] as $curves
  | ($curves[] | "\(.block) << EOD", (.points[] | map(tojson) | join(" ")), "EOD"),
    "load look", "set bmargin \(4 + ($curves | length))", "set title \(.title | quoted)", "set xlabel \(.x | quoted)", "set ylabel \(.y | quoted)", .setup[],
    "plot " + ([$curves[] | plot_lines($looks[.base]; .block)] | join(", \\\n     "));

def figure_script($looks; $format):
  (if .panels | length == 1 then 720 else 460 * (.panels | length) end) as $width
  | "set terminal \(if $format == "svg" then "svg" else "pngcairo" end) size \($width),480 font \"Helvetica,13\" noenhanced background \"#ffffff\"",
    "set output \("\(.file).\($format)" | quoted)",
    "set multiplot layout 1,\(.panels | length)",
    (.panels | to_entries[] | .key as $n | .value | panel_script($looks; $n)),
    "unset multiplot", "unset output";

# One curve for each side of these measurements, and for each way that it was measured in.
def curves($names; points):
  group_by(rank + [.way])
  | map({base: .[0].base, title: ($names[.[0].side] + .[0].way), second: (.[0].side + .[0].way != .[0].base),
         style: .[0].style, points: points});

def of($measure; $set): map(select(.measure == $measure and .set == $set.name));
def figure($file): select(length > 0) | {file: $file, panels: .};

# Equal steps of recall are equal factors of what is missed.
def recall_figure($names; $set):
  of("query"; $set) | map(select(.clients == 1 and .recall >= 0.5)) | select(length > 0)
  | ([0.9, .[].recall] | min | . * 10 | floor / 10) as $least
  | [{title: ($set | title), x: "recall@10", y: "queries per second, one client", setup: [
        "set xrange [\($least):0.9995]", "set nonlinear x via -log10(1 - x) inverse 1 - 10 ** -x", "set logscale y",
        "set xtics (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)"],
      curves: curves($names; sort_by(.ef) | map([([.recall, 0.9995] | min), .qps]))}]
  | figure("recall_\($set.name)");

# Bars in groups; in each group one for every side, at the same place.
def bars($names; group; value):
  (map(group) | unique) as $groups | ([group_by(rank)[][0].side]) as $sides | ($sides | length + 1) as $step
  | {setup: ["set boxwidth 0.9", "set yrange [0:*]", "set offsets 0.5, 0.5, graph 0.1, 0", "unset grid",
             "set xtics scale 0 (" + ([$groups | to_entries[] | "\(.value | last | quoted) \(.key * $step + ($step - 2) / 2)"] | join(", ")) + ")"],
     curves: (curves($names; map(. as $bar | [(group as $g | $groups | index([$g])) * $step + ($sides | index($bar.side)),
                                              value, (value | shown | gsub(" "; "\u00a0"))]))
              | map(.style = "bars"))};

def processes: [.workers, "\(.workers + 1) process\(if .workers > 0 then "es" else "" end)"];

def build_figures($names; $sets):
  . as $all
  | ($all | map(select(.measure == "build").memory) | unique[]) as $memory
  | [$sets[] | . as $set | $all | of("build"; $set) | map(select(.memory == $memory)) | select(length > 0)
     | {title: ($set | title), x: "", y: ("seconds to build" + if $memory == "ample" then "" else ", memory: " + $memory end)}
       + bars($names; processes; .seconds)]
  | figure(if $memory == "ample" then "build" else "build_" + $memory end);

def size_figure($names; $sets):
  . as $all
  | [$sets[] | . as $set | $all | of("build"; $set) | map(select(.memory == "ample")) | select(length > 0)
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
  | figure("grid_\($set.name)");

def churn_figure($names; $set):
  of("recall"; $set) | map(select(.subject | endswith("_churn"))) | group_by(.ef)
  | map((map(.after | select(endswith(" rounds")) | split(" ")[0] | tonumber) | max) as $last
        | map(if .after == "new build" then .round = $last | .way = ", new index" | .style = "points" else .round = (.after | split(" ")[0] | tonumber) end)
        | {title: "\($set.name), ef_search = \(.[0].ef)", x: "rounds of 5 % deleted, inserted, VACUUM", y: "recall@10", setup: ["set xrange [0:\($last + 1)]"],
           curves: curves($names; sort_by(.round) | map([.round, .recall]))})
  | figure("churn_\($set.name)");

def growth_figure($names; $set):
  (of("growth"; $set) | map(select(.ef)) | (map(.ef) | max) as $ef | map(select(.ef == $ef))) as $asked
  | of("growth insert"; $set) as $inserted
  | def panel($y; value): select(length > 0) | {title: $set.name, x: "rows", $y,
      setup: ["set logscale x", "set format x \"%.0s %c\"", "set yrange [0:*]"], curves: curves($names; sort_by(.rows) | map([.rows, value]))};
    [($asked | panel("ms a query, ef_search = \(.[0].ef)"; .p50_ms), panel("pages a query"; .pages)),
     ($inserted | panel("rows inserted a second"; .rows_per_s))]
  | figure("growth_\($set.name)");

def figures($names):
  sets as $sets | . as $all
  | ($sets[] | . as $set | $all
     | recall_figure($names; $set), grid_figure($names; $set), churn_figure($names; $set), growth_figure($names; $set)),
    build_figures($names; $sets), size_figure($names; $sets);
