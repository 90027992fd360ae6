# The lines of a results file (an array, in the order of the file) made ready for plots and tables: ways of a side are
# told apart, of several measurements of the same thing the last one counts, and what follows from them is added.

# Every run says in its settings which index options it has, so other links make another side of the same name. So do
# filter columns in the index.
def sides_by_way:
  reduce .[] as $line ({with: {}, lines: []};
    if $line.measure == "settings" then .with[$line.side] = ($line.with // "") else . end
    | ([.with[$line.side] // "" | match("link_bits = [0-9]").string | ", " + .] | add // "") as $links
    | ($line.measure | if endswith(" attr") then ", filter columns" else "" end) as $columns
    | .lines += [$line + {base: $line.side, side: ($line.side + $links + $columns),
                          measure: ($line.measure | sub(" attr$"; ""))}])
  | .lines;

# What makes two measurements the same, where they have it.
def identity:
  [.measure, .subject, .side, .rows, .ef, .clients, .workers, .memory, .delete, .reinsert, .after, .queries, .writers,
   .readers, .kind, .share, .k, .strategy, .type, .distance, .links, .peer, .cell];
def latest: [to_entries[] | .value + {at: .key}] | group_by(identity) | map(last) | sort_by(.at);

# Queries per second at a recall: log-linear between the points around it, by rising ef; where the first point is more
# exact already, at least its speed; nothing where no ef is exact enough.
def at_recall($recall):
  sort_by(.ef) | (map(.recall >= $recall) | index(true)) as $i
  | if $i == null then empty
    elif $i == 0 then .[0] | {qps, best, at_least: (.recall > $recall)}
    else .[$i - 1] as $below | .[$i] as $above
      | (($recall - $below.recall) / ($above.recall - $below.recall)) as $part
      | def between(speed): ($below | speed) as $from | $from * ($part * ($above | speed / $from | log) | exp);
        {qps: between(.qps), best: between(.best), at_least: false}
    end;
def equal_recall:
  map(select(.measure == "query")) | group_by([.subject, .side, .clients])[]
  | (0.9, 0.95, 0.97, 0.99, 0.995) as $recall | at_recall($recall) as $speed
  | .[0] | {measure: "equal recall", subject, set, base, side, at, clients, to_reach: $recall} + $speed;

# The fastest way of a side that answers a cell completely and with a recall of .95. Ours are those left alone.
def best_ways:
  map(select((.measure == "grid" or .measure == "conditions") and .recall >= 0.95 and .short == 0 and .wrong == 0
             and (.base != "ours" or .strategy == "auto")))
  | group_by([.measure, .subject, .side, .kind, .share, .k])[]
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
  elif . >= 10 then . * 10 | round / 10 | tostring
  elif . >= 1 then . * 100 | round / 100 | tostring
  elif . >= 0.01 then . * 1000 | round / 1000 | tostring
  else tostring end;

# The sets, in the order of the file.
def sets:
  map(select(.set and .dims)) | group_by(.set)
  | map({name: .[0].set, dims: .[0].dims,
         rows: (map(select(.measure == "settings") | .rows) | max), at: (map(.at) | min)}) | sort_by(.at);
def title: "\(.name): \(.rows | tostring | thousands) x \(.dims)";
