# Filtered search against exact answers, over shares of passing rows from all to one, filters that have nothing to do with
# the query, that surround it and that are far from it, several LIMITs, and every strategy: as many rows as there are, none
# that fails the filter, and the nearest ones. test/bench has the same grid for larger tables.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

use constant QUERIES => 5;

my $node = new_node('main', 'max_parallel_workers_per_gather = 0');
load_artworks($node, 10_000);

# Every row of `goods` has its place in a random order (r) and in that of the distance to one row near each query
# (c1, c2, ...). Every cell is a share, a LIMIT and a kind of filter: by r (ind), by the column of the query itself (pos), or by
# that of another query whose centre is in the far three quarters (neg).
my @columns = map { "c$_" } 1 .. QUERIES;
my $ranks = join ', ', map { "max(place) FILTER (WHERE number = $_) AS c$_" } 1 .. QUERIES;
my $indexes = join ' ', map { "CREATE INDEX ON goods ($_);" } 'r', @columns;
$node->safe_psql('postgres', <<"END");
CREATE TABLE asked AS SELECT number, embedding
    FROM (SELECT row_number() OVER (ORDER BY id) AS number, embedding FROM queries WHERE id % 42 = 1) AS numbered
    WHERE number <= @{[QUERIES]};
CREATE TABLE exact AS SELECT number, id, a.embedding <=> q.embedding AS distance,
    row_number() OVER (PARTITION BY number ORDER BY a.embedding <=> q.embedding, id) AS place
    FROM artworks a, asked q;
CREATE TABLE centres AS SELECT number, id FROM exact WHERE place = 50;
CREATE TABLE goods AS
    SELECT artworks.*, (row_number() OVER (ORDER BY md5(id::text)))::integer AS r, places.*
    FROM artworks JOIN (
        SELECT id AS item, $ranks FROM (
            SELECT number, a.id, (row_number() OVER (PARTITION BY number
                ORDER BY a.embedding <=> c.embedding, a.id))::integer AS place
            FROM artworks a, centres JOIN artworks c USING (id)) AS around
        GROUP BY 1) AS places ON item = id;
ALTER TABLE goods ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON exact (number, id);
CREATE INDEX by_vector ON goods USING hnsw (embedding vector_cosine_ops);
$indexes
VACUUM ANALYZE goods, exact;

CREATE TABLE probes AS SELECT 'ind' AS kind, number, 'r' AS filter FROM asked
    UNION ALL SELECT 'pos', number, 'c' || number FROM asked
    UNION ALL SELECT 'neg', e.number, 'c' || min(c.number) FROM centres c JOIN exact e USING (id)
        WHERE e.place > 2500 GROUP BY e.number;
CREATE TABLE cells AS
    SELECT kind, share, k, number, filter, format('%I <= %s', filter, round(share * 10000)) AS condition,
        0 AS due, 0::float8 AS radius
    FROM probes, unnest('{1,.5,.2,.1,.05,.02,.01,.003,.001,.0001}'::numeric[]) AS share, unnest('{1,10,100}'::integer[]) AS k;

-- The nearest rows that pass a condition, from the table of all distances.
CREATE FUNCTION right_answer(number bigint, condition text, k integer, OUT due integer, OUT radius float8)
LANGUAGE plpgsql AS \$\$ BEGIN
    EXECUTE format('SELECT count(*), max(distance) FROM (SELECT distance FROM exact JOIN goods USING (id)
        WHERE number = %s AND %s ORDER BY distance LIMIT %s) AS nearest', number, condition, k) INTO due, radius;
END \$\$;
UPDATE cells SET (due, radius) = (SELECT * FROM right_answer(number, condition, k));

-- Asks, and counts rows, rows that fail the condition or come twice, and rows that belong to the answer.
CREATE FUNCTION ask(cell cells, OUT rows integer, OUT wrong integer, OUT hits integer, OUT used text)
LANGUAGE plpgsql AS \$\$
DECLARE
    query text := format('SELECT id FROM goods WHERE %s ORDER BY embedding <=> \$1 LIMIT %s', cell.condition, cell.k);
    probe vector := (SELECT embedding FROM asked a WHERE a.number = cell.number);
    ids integer[];
    plan jsonb;
BEGIN
    EXECUTE format('SELECT array_agg(id) FROM (%s) AS found', query) USING probe INTO ids;
    rows := coalesce(cardinality(ids), 0);
    EXECUTE format('SELECT \$1 - count(*), count(*) FILTER (WHERE distance <= \$2 + 1e-6)
        FROM goods JOIN exact USING (id) WHERE id = ANY (\$3) AND number = \$4 AND %s', cell.condition)
        USING rows, cell.radius, ids, cell.number INTO wrong, hits;
    hits := least(hits, cell.due);
    IF cell.k = 10 THEN
        EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query USING probe INTO plan;
        used := jsonb_path_query_first(plan, '\$.**."Strategy Used"') #>> '{}';
    END IF;
END \$\$;
END

# Asks everything; settings may choose what to ask as well. Returns the mean recall of the cells.
sub grid {
    my ($name, $strategies, $where, @settings) = @_;
    my $prepare = join ' ', map { "SET $_;" } @settings;
    $node->safe_psql('postgres', <<"END");
$prepare
DROP TABLE IF EXISTS answers;
CREATE TABLE answers AS SELECT cells.*, answer.* FROM cells, ask(cells) AS answer WHERE $where;
END
    my $list = sub { $node->safe_psql('postgres', "SELECT kind, share, k, number, used FROM answers WHERE $_[0]") };
    is($list->('rows <> due'), '', "$name: as many rows as there are");
    is($list->('wrong > 0'), '', "$name: no row that fails the filter");
    is($list->("k = 10 AND coalesce(used, 'none') !~ '^($strategies)'"), '', "$name: answered by $strategies") if $strategies;
    my $recall = 'avg(hits::float8 / due)';
    note("$name: ", $node->safe_psql('postgres', <<"END"));
SELECT string_agg(format('%s %s %s', kind, k, recall), ', ' ORDER BY kind, k) FROM (
    SELECT kind, k, round($recall\::numeric, 3) AS recall FROM answers GROUP BY kind, k) AS kinds
END
    note("$name: ", $node->safe_psql('postgres', <<"END"));
SELECT string_agg(used || ' ' || count, ', ') FROM (SELECT used, count(*) FROM answers GROUP BY used) AS strategies
END
    my ($mean, $good) = split /\|/, $node->safe_psql('postgres', <<"END");
SELECT round(avg(recall)::numeric, 4), round(avg((recall >= .9)::integer), 3)
FROM (SELECT $recall AS recall FROM answers GROUP BY kind, share, k) AS means
END
    note("$name: mean recall $mean, cells of at least .9: $good");
    return $mean;
}

my $automatic = grid('auto', '', 'true');
cmp_ok($automatic, '>=', .97, 'auto: recall');
my $wider = grid('auto, ef_search 80', '', 'true', 'hnsw.ef_search = 80');
cmp_ok($wider, '>=', .985, 'auto, ef_search 80: recall');
# A set of rows that is too small to search in is measured. Each scan also runs again and again, for another query and
# with another filter above the same rows.
for (['stream', 'stream', .93], ['allow', 'allow|exact', .96], ['exact', 'exact', 1]) {
    my ($strategy, $used, $least) = @$_;
    cmp_ok(grid($strategy, $used, 'true', "hnsw.filter_strategy = $strategy"), '>=', $least, "$strategy: recall");
    is($node->safe_psql('postgres', <<"END"), QUERIES * 20, "$strategy: rescans");
SET hnsw.filter_strategy = $strategy;
SELECT count(DISTINCT (number, id)) FROM asked, LATERAL (
    SELECT id FROM goods WHERE r <= 500 AND id % 2 = number % 2
    ORDER BY goods.embedding <=> asked.embedding LIMIT 20) AS nearest
END
}

# The planner may know nothing about the filter.
$node->safe_psql('postgres', "DELETE FROM pg_statistic WHERE starelid = 'goods'::regclass");
cmp_ok(grid('auto, no statistics', '', 'true'), '>=', .97, 'auto, no statistics: recall');
$node->safe_psql('postgres', <<'END');
ANALYZE goods;
CREATE INDEX by_vector_and_filter ON goods USING hnsw (embedding vector_cosine_ops, r, c1, c2);
END

# Conditions on columns of the index.
my $own = "filter IN ('r', 'c1', 'c2')";
cmp_ok(grid('attr', 'attr', $own, 'hnsw.filter_strategy = attr'), '>=', .95, 'attr: recall');
cmp_ok(grid('auto beside attr', '', $own), '>=', .97, 'auto beside attr: recall');

no_errors_ok($node, 'filtered search');
done_testing();
