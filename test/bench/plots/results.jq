# The lines of a results file (an array, in the order of the file) made ready for plots and tables: ways of a side are
# told apart, of several measurements of the same thing the last one counts, and what follows from them is added.

# Every run says in its settings how many rows it takes of the set, and which index options it has: other links make
# another side of the same name. So do filter columns in the index.
def sides_by_way:
  reduce .[] as $line ({settings: {}, lines: []};
    if $line.measure == "settings" then .settings[$line.side] = $line else . end
    | .settings[$line.side] as $settings
    | ([$settings.with // "" | match("link_bits = [0-9]").string | ", " + .] | add // "") as $links
    | ($line.measure | if endswith(" attr") then ", filter columns" else "" end) as $columns
    # As speed, for one processor.
    | ($line | if .measure == "query" and .cpu_ms then {cpu: (1000 / .cpu_ms)} else {} end) as $cpu
    | .lines += [$line + $cpu + {base: $line.side, side: ($line.side + $links + $columns),
                          measure: ($line.measure | sub(" attr$"; "")), set_rows: $settings.rows}])
  | .lines;

# What makes two measurements the same, where they have it.
def identity:
  [.measure, .subject, .side, .set_rows, .rows, .ef, .clients, .workers, .memory, .delete, .reinsert, .after,
   .queries, .writers, .readers, .kind, .share, .k, .strategy, .type, .distance, .links, .peer, .cell];
def latest: [to_entries[] | .value + {at: .key}] | group_by(identity) | map(last) | sort_by(.at);

# Queries per second at a recall: log-linear between the points around it, by rising ef; where the first point is more
# exact already, at least its speed; nothing where no ef is exact enough.
def at_recall($recall):
  sort_by(.ef) | (map(.recall >= $recall) | index(true)) as $i
  | if $i == null then empty
    elif $i == 0 then .[0] | {qps, best, cpu, at_least: (.recall > $recall)}
    else .[$i - 1] as $below | .[$i] as $above
      | (($recall - $below.recall) / ($above.recall - $below.recall)) as $part
      | def between(speed):
          ($below | speed) as $from
          | if $from then $from * ($part * ($above | speed / $from | log) | exp) else null end;
        {qps: between(.qps), best: between(.best), cpu: between(.cpu), at_least: false}
    end;
def equal_recall:
  map(select(.measure == "query")) | group_by([.subject, .set_rows, .side, .clients])[]
  | (0.9, 0.95, 0.97, 0.99, 0.995) as $recall | at_recall($recall) as $speed
  | .[0] | {measure: "equal recall", set, set_rows, base, side, at, clients, to_reach: $recall} + $speed;

# The fastest way of a side that answers a cell completely and with a recall of .95. Ours are those left alone.
def best_ways:
  map(select((.measure == "grid" or .measure == "conditions") and .recall >= 0.95 and .short == 0 and .wrong == 0
             and (.base != "ours" or .strategy == "auto")))
  | group_by([.measure, .subject, .set_rows, .side, .kind, .share, .k])[]
  | min_by(.best_ms) | .measure = "best of " + .measure;

def results: sides_by_way | latest | . + [equal_recall] + [best_ways];

# Sides in the order in which they are shown, and what they are called there.
def rank: [if .base == "ours" then 0 elif .base == "hnswlib" then 2 else 1 end, .base, .side];
def names:
  ([.[] | select(.measure == "settings") | {key: .base, value: .extension}] | from_entries) as $extension
  | [group_by(.side)[][0]
     | .base as $base
     | {key: .side, value: ((if $base == "ours" then "vectorhnsw"
                             elif $base == "hnswlib" then "hnswlib in process"
                             elif $base == "peer" and ($extension.peer // "" | startswith("vector ")) then "pgvector"
                             else $base end) + (.side | ltrimstr($base)))}] | from_entries;

# Numbers for people: three digits, thousands apart.
def thousands: if length > 3 then (.[:-3] | thousands) + " " + .[-3:] else . end;
def shown:
  if . == null then "" elif type != "number" then tostring elif . < 0 then "-" + (-. | shown)
  elif . >= 100 or . == floor then round | tostring | thousands
  else pow(10; 2 - (log10 | floor)) as $unit | . * $unit | round / $unit | tostring end;

# The sets, in the order of the file; `file` is their part in names of files.
def sets:
  map(select(.measure == "settings")) | group_by([.set, .set_rows]) | map(min_by(.at))
  | group_by(.set)
  | [.[] | (length > 1) as $several | .[]
     | {name: .set, rows: .set_rows, dims, at, file: (.set + if $several then "_\(.set_rows)" else "" end)}]
  | sort_by(.at);
def title: "\(.name): \(.rows | tostring | thousands) x \(.dims)";
def of($measure; $set): map(select(.measure == $measure and .set == $set.name and .set_rows == $set.rows));
