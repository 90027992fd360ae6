#!/bin/bash
# What `make demo` shows, beside the server of with_server.sh: real artworks are loaded, indexed and searched, plainly and
# with conditions; then the answers are compared with the exact ones.
set -euo pipefail
cd "$(dirname "$0")"

sql() { psql -X -q -v ON_ERROR_STOP=1 -P pager=off "$@"; }
say() { printf '\n%s\n' "$*"; }
seconds() { # command...: runs it and leaves the elapsed time in $elapsed
    local start=$EPOCHREALTIME
    "$@"
    elapsed=$(awk "BEGIN { printf \"%.1f\", $EPOCHREALTIME - $start }")
}

# Prints what pg_stat_progress_create_index says for as long as process $1 lives, whenever it is a tenth further: on a
# terminal always on the same line.
watch_progress() {
    local now='' before='' form='   %s\n'
    if [ -t 1 ]; then form='\r\033[K   %s'; fi
    while kill -0 "$1" 2>/dev/null; do
        now=$(sql -At -F ' ' -c "
            SELECT phase, CASE WHEN tuples_total > 0 THEN 10 * (10 * tuples_done / tuples_total) || ' % of the rows'
                               WHEN blocks_total > 0 THEN 10 * (10 * blocks_done / blocks_total) || ' % of the pages' END
            FROM pg_stat_progress_create_index")
        # shellcheck disable=SC2059
        if [ -n "$now" ] && [ "$now" != "$before" ]; then printf "$form" "$now"; fi
        before=$now
        sleep 0.05
    done
    if [ -t 1 ]; then printf '\n'; fi
}

create_index() {
    sql -c "CREATE INDEX artworks_embedding ON artworks USING hnsw (embedding vector_cosine_ops)" &
    local builder=$!
    watch_progress $builder
    wait $builder
}

# Asks for artworks like one of the held-out ones and shows the answer and the plan, without the 384 numbers.
alike() { # title, condition (may be empty)
    echo
    sql -P border=0 -P footer=off -v title="$1" -v condition="${2:+WHERE $2 }" <<'END' |
SELECT format('Like “%s” by %s, %s:', title, artist, year) AS question, embedding AS this_one
FROM queries WHERE title = :'title' \gset
\qecho :question
\qecho 'SELECT title, artist, year, ... FROM artworks' :condition'ORDER BY embedding <=> :this_one LIMIT 5'
\qecho .
SELECT left(title, 45) AS title, left(artist, 30) AS artist, year, classification,
       round((embedding <=> :'this_one')::numeric, 3) AS distance
FROM artworks :condition ORDER BY embedding <=> :'this_one' LIMIT 5;
\qecho .
\pset tuples_only on
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)
SELECT title, artist, year FROM artworks :condition ORDER BY embedding <=> :'this_one' LIMIT 5;
END
        sed -E 's/\[-?[0-9][-+0-9.,e]{100,}\]/[...]/; /^Planning/d; /^$/d; s/^\.$//; s/^/   /'
}

echo "vectorhnsw: artworks of the Tate collection on a throw-away server, $(sql -At -c 'SHOW server_version')"

say "1. Load"
sql -c 'CREATE EXTENSION vectorhnsw'
seconds bash -o pipefail -c '../data/load.pl | psql -X -q -v ON_ERROR_STOP=1'
sql -At -c "SELECT format('   %s artworks with 384 dimensions each, and %s others to ask for, loaded in $elapsed s',
                          (SELECT count(*) FROM artworks), (SELECT count(*) FROM queries))"

say "2. CREATE INDEX artworks_embedding ON artworks USING hnsw (embedding vector_cosine_ops)"
seconds create_index
sql -At -c "SELECT format('   built in $elapsed s: %s beside %s of table',
                          pg_size_pretty(pg_relation_size('artworks_embedding')),
                          pg_size_pretty(pg_table_size('artworks')))"

say "3. Artworks like this one"
alike 'Haystack in a Field' ''
alike 'The Thames near Walton Bridges' 'year >= 1950'
alike 'Interior with Violinist and Pianist' "classification = 'sculpture'"
alike 'The Destruction of Pompei and Herculaneum' "artist = 'Joseph Mallord William Turner'"

say "4. All 250 held-out artworks: the 10 nearest, against the exact answer"
sql -f answers.sql
PGOPTIONS="-c enable_indexscan=off -c demo.method=exact" sql -f ask_all.sql
for ef in 20 40 80 160; do
    PGOPTIONS="-c hnsw.ef_search=$ef -c demo.method=ef_search=$ef" sql -f ask_all.sql
done
sql -f compare.sql

cat <<'END'

Nothing of this stays behind. To go on by hand, on a PostgreSQL server of your own:

   make install                                  as a user who may write into the installation
   createdb art
   psql art -c 'CREATE EXTENSION vectorhnsw'
   test/data/load.pl | psql art                  the tables artworks and queries
   psql art
     CREATE INDEX ON artworks USING hnsw (embedding vector_cosine_ops);
     SELECT title, artist, year FROM artworks
     ORDER BY embedding <=> (SELECT embedding FROM queries WHERE title = 'Bust of Diego') LIMIT 5;
END
if [ -t 0 ] && [ -t 1 ]; then
    read -r -p $'\nOr try it on this server first? [y/N] ' answer || answer=n
    if [[ $answer == [yY]* ]]; then psql -X; fi
fi
