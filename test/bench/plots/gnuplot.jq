# A figure as a script of gnuplot: a file with panels beside each other. A panel has titles, further lines that set it
# up, and curves: whose it is, a title, points, whether it is a second way of the side (dashed and open), and a style.

# A side has the same colour and the same symbol everywhere.
def looks:
  ([.[].base | values] | unique - ["ours", "hnswlib"]) as $peers
  | [{colour: "#d55e00", symbol: 5}, {colour: "#009e73", symbol: 13}, {colour: "#cc79a7", symbol: 11},
     {colour: "#e69f00", symbol: 15}] as $free
  | {ours: {colour: "#0072b2", symbol: 7}, hnswlib: {colour: "#555555", symbol: 9}}
    + ([$peers | to_entries[] | {key: .value, value: $free[.key % 4]}] | from_entries);

def quoted: "\"" + gsub("\""; "'") + "\"";

def plot_clauses($look; $block):
  "lc rgb \($look.colour | quoted) title \(.title | quoted)" as $rest
  | if .style == "bars" then
      "\($block) using 1:2 with boxes fs solid 0.85 noborder \($rest)",
      "\($block) using 1:2:3 with labels offset 0,0.6 font \",10\" notitle"
    else
      (if .second then "dt 2 pt \($look.symbol - 1)" else "pt \($look.symbol)" end) as $symbol
      | "\($block) using 1:2 with \(.style // "linespoints") lw 2 ps 0.8 \($symbol) \($rest)"
    end;

def panel_script($looks; $n):
  [.curves | to_entries[] | .value + {block: "$panel\($n)_\(.key)"}] as $curves
  | ($curves[] | "\(.block) << EOD", (.points[] | map(tojson) | join(" ")), "EOD"),
    "load look", "set bmargin \(4 + ($curves | length))",
    "set title \(.title | quoted)", "set xlabel \(.x | quoted)", "set ylabel \(.y | quoted)", .setup[],
    "plot " + ([$curves[] | plot_clauses($looks[.base]; .block)] | join(", \\\n     "));

def figure_script($looks; $format):
  (.panels | length) as $n
  | "set terminal \(if $format == "svg" then "svg" else "pngcairo" end) noenhanced background \"#ffffff\" \\",
    "    font \"Helvetica,13\" size \(if $n == 1 then 720 else 460 * $n end),480",
    "set output \("\(.file).\($format)" | quoted)",
    "set multiplot layout 1,\($n)",
    (.panels | to_entries[] | .key as $n | .value | panel_script($looks; $n)),
    "unset multiplot", "unset output";
