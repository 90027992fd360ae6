# What the TAP tests share: a server with real rows, recall, complete scans, and waiting for a moment.
package Hnsw;
use strict;
use warnings;
use Exporter 'import';
use FindBin qw($RealBin);
use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(
    new_node load_artworks conversions remember_exact recall complete_ok answers background wait_for crash no_errors_ok
    private_installation extension_folder make_command);

# Settings of a session that must answer from the index; scan_all() and recall() die when the planner finds another way.
our $BY_INDEX = 'SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off;';

# A running server with the extension. Settings are lines of postgresql.conf; whatever else is for init().
sub new_node {
    my ($name, $settings, %init) = @_;
    my $node = PostgreSQL::Test::Cluster->new($name);
    $node->init(%init);
    $node->append_conf('postgresql.conf', <<"END");
shared_buffers = 64MB
max_wal_size = 2GB
autovacuum = off
jit = off
log_statement = none
$settings
END
    $node->start;
    $node->safe_psql('postgres', <<'END');
CREATE EXTENSION vectorhnsw;
CREATE FUNCTION wait_for(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    LOOP
        EXECUTE query INTO result;
        IF result IS NOT NULL THEN RETURN result; END IF;
        PERFORM pg_stat_clear_snapshot(), pg_sleep(0.001);
    END LOOP;
END $$;
END
    return $node;
}

# Functions that turn the vectors of artworks into values of other types.
sub conversions {
    my ($node) = @_;
    $node->safe_psql('postgres', <<'END');
-- As much of a sparse vector as models for texts leave.
CREATE FUNCTION largest(v vector) RETURNS sparsevec(384) IMMUTABLE LANGUAGE sql AS $$
    SELECT ('{' || string_agg(i || ':' || x, ',' ORDER BY i) || '}/384')::sparsevec
    FROM (SELECT i, x FROM unnest(v::real[]) WITH ORDINALITY u(x, i) ORDER BY abs(x) DESC, i LIMIT 24) AS kept
$$;
CREATE FUNCTION signs(v vector) RETURNS bit(384) IMMUTABLE LANGUAGE sql AS 'SELECT binary_quantize(v)::bit(384)';
CREATE FUNCTION rounded(v vector) RETURNS int8vec IMMUTABLE LANGUAGE sql AS
    'SELECT (v * array_fill(300::real, ARRAY[384])::vector)::int8vec(384)';
END
    return;
}

# Fills artworks(id, embedding) with the first $rows of tate10k, and queries(id, embedding) with every second query.
sub load_artworks {
    my ($node, $rows) = @_;
    my $loader = "$RealBin/../data/load.pl";
    $node->safe_psql('postgres', <<"END");
CREATE TABLE artworks (id integer PRIMARY KEY, embedding vector(384));
CREATE TABLE queries (LIKE artworks);
COPY artworks FROM PROGRAM 'perl "$loader" artworks | head -n $rows | cut -f 1,8';
COPY queries FROM PROGRAM 'perl "$loader" queries | cut -f 1,8';
DELETE FROM queries WHERE id % 2 = 0;
VACUUM ANALYZE artworks, queries;
END
    return;
}

# The queries, for a column of another type than theirs: an expression in `embedding`, computed once for each.
sub queries_as {
    my ($expression) = @_;
    $expression //= 'embedding';
    return "(SELECT id, $expression AS embedding FROM queries ORDER BY id OFFSET 0) AS q";
}

# Notes how far the tenth nearest row of each query is, for recall().
sub remember_exact {
    my ($node, $table, $operator, $as) = @_;
    my $queries = queries_as($as);
    $node->safe_psql('postgres', <<"END");
SET enable_indexscan = off;
DROP TABLE IF EXISTS exact_$table;
CREATE TABLE exact_$table AS
    SELECT embedding, (SELECT max(distance) FROM (
        SELECT r.embedding $operator q.embedding AS distance FROM $table r ORDER BY 1 LIMIT 10) AS nearest) AS radius
    FROM $queries;
ANALYZE exact_$table;
END
    return;
}

# Recall@10 through the index: the share of returned rows that are no farther than the tenth nearest. Equal vectors are
# interchangeable, so distances are compared, not ids.
sub recall {
    my ($node, $table, $operator, $ef_search) = @_;
    my $query = <<"END";
SELECT sum(found) / (10.0 * count(*)) FROM exact_$table q, LATERAL (
    SELECT count(*) AS found FROM (
        SELECT r.embedding $operator q.embedding AS distance
        FROM $table r ORDER BY r.embedding $operator q.embedding LIMIT 10
    ) AS nearest WHERE distance <= radius) AS counted
END
    return by_index($node, $query, "hnsw.ef_search = $ef_search");
}

# Runs a query that is to read its rows in the order of the index.
sub by_index {
    my ($node, $query, @settings) = @_;
    my $prepare = join '', $BY_INDEX, map { "SET $_;" } @settings;
    my $plan = $node->safe_psql('postgres', "$prepare EXPLAIN (COSTS OFF) $query");
    $plan =~ /Index Scan using \w+ on \w+.*\n\s+Order By:/ or die "not by the index:\n$plan";
    return $node->safe_psql('postgres', "$prepare $query");
}

# A scan to the end returns every row of the table, each once.
sub complete_ok {
    my ($node, $table, $operator, $what, $as) = @_;
    my $order = "embedding $operator (SELECT q.embedding FROM " . queries_as($as) . ' LIMIT 1)';
    my @returned = split /\n/, by_index($node, "SELECT id FROM $table ORDER BY $order");
    my $rows = $node->safe_psql('postgres', "SET enable_indexscan = off; SELECT id FROM $table ORDER BY id");
    my $right = join("\n", sort { $a <=> $b } @returned) eq $rows;
    ok($right, "$what: a scan to the end returns every row once");
    diag(scalar(@returned), ' rows returned, ', scalar(split /\n/, $rows), ' in the table') if !$right;
    return $right;
}

# The distances of the 20 nearest rows of every query, one line each. Of rows at the same distance any may come first.
sub answers {
    my ($node, $table, $operator, $as) = @_;
    my $queries = queries_as($as);
    return by_index($node, <<"END");
SELECT q.id, (SELECT string_agg(distance::text, ' ') FROM (
    SELECT r.embedding $operator q.embedding AS distance FROM $table r ORDER BY distance LIMIT 20) AS nearest)
FROM $queries ORDER BY q.id
END
}

# A session that runs commands in the background; its finish() waits for the end. The second handle has what it said.
sub background {
    my ($node, @commands) = @_;
    my $said = '';
    my @psql = ('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'));
    push @psql, '-c', $_ for @commands;
    return (IPC::Run::start(\@psql, '<', \undef, '&>', \$said), \$said);
}

# The first value a query returns. Waits for it within the server, which notices within a millisecond or so what
# poll_query_until() would miss.
sub wait_for {
    my ($node, $query) = @_;
    return $node->safe_psql('postgres', "SELECT wait_for(\$\$$query\$\$)",
        timeout => $PostgreSQL::Test::Utils::timeout_default);
}

# Skips the test when the server's installation is not one of with_server.sh: the test changes it.
sub private_installation {
    my $work = $ENV{WORK};
    plan skip_all => 'needs the private installation of with_server.sh'
        if !defined $work || index(extension_folder(), "$work/") != 0;
    return;
}

# Where the installation keeps control files and scripts.
sub extension_folder {
    my ($folder) = run_command([$ENV{PG_CONFIG} // 'pg_config', '--sharedir']);
    return "$folder/extension";
}

# A call of make for this tree, whatever make has started the test.
sub make_command {
    my (@targets) = @_;
    return ('env', '-u', 'MAKEFLAGS', '-u', 'MAKELEVEL', '-u', 'MFLAGS', 'make', '-s', '-C', "$RealBin/../..", @targets);
}

# Takes the server down by force and up again: kills one of its backends, or stops it without any shutdown. REQUIRES:
# restart_after_crash = on.
sub crash {
    my ($node, $backend) = @_;
    if (defined $backend) {
        kill 'KILL', $backend or die "no backend $backend";
        $node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $backend)");
    } else {
        $node->stop('immediate');
        $node->start;
    }
    return;
}

# FATAL is left out: that is how connections end that a test cuts off.
sub no_errors_ok {
    my ($node, $what) = @_;
    my @errors = grep { /\b(?:ERROR|PANIC|TRAP):|terminated by signal|inconsistent page/ }
        split /\n/, slurp_file($node->logfile);
    is(join("\n", @errors), '', "$what: no errors in the log");
    return;
}

1;
