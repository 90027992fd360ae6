# A crash while rows are inserted: afterwards the index returns every committed row once and no other, finds the nearest
# as well as ever, and takes further rows.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', <<'END');
restart_after_crash = on
wal_level = replica
END
load_artworks($node, 4_000);
# Also rows that end up in lists (equal vectors, zeros, NULLs), and vectors whose nodes fill more than a page in a table
# of their own.
$node->safe_psql('postgres', <<'END');
ALTER TABLE artworks RENAME TO source;
CREATE TABLE artworks (LIKE source);
CREATE TABLE wide (id integer, embedding vector(6000));
CREATE INDEX ON artworks USING hnsw (embedding vector_cosine_ops, id);
CREATE INDEX ON wide USING hnsw (embedding vector_l2_ops, id);

CREATE FUNCTION wide_vector(i integer) RETURNS vector IMMUTABLE LANGUAGE sql AS
    'SELECT array_agg((i % 100 * k + k * k) % 17)::vector FROM generate_series(1, 6000) k';
-- Row i of the test; i counts on and on.
CREATE PROCEDURE add(i integer) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO artworks VALUES (i, CASE
        WHEN i % 50 = 0 THEN NULL
        WHEN i % 50 = 1 THEN array_fill(0, ARRAY[384])::vector
        WHEN i % 50 < 10 THEN (SELECT embedding FROM source WHERE id = i % 10 + 1)
        ELSE (SELECT embedding FROM source WHERE id = i % 4000 + 1) END);
    IF i % 10 = 0 THEN INSERT INTO wide VALUES (i, wide_vector(i)); END IF;
END $$;
CREATE PROCEDURE add_many(first integer, step integer) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN first .. 1000000 BY step LOOP
        CALL add(i);
        IF i % 20 = first % 20 THEN COMMIT; END IF;
    END LOOP;
END $$;
-- One transaction that never ends by itself.
CREATE PROCEDURE add_in_vain() LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 2000000 .. 3000000 LOOP CALL add(i); END LOOP;
END $$;
END

my $next = 1;
for my $round (['server', 'the first rows', 20], ['backend', 'some rows', 500], ['server', 'many rows', 1200]) {
    my ($victim, $what, $rows) = @$round;
    my @sessions = map { (background($node, $_))[0] }
        "CALL add_many($next, 2)", "CALL add_many($next + 1, 2)", 'CALL add_in_vain()';
    my $pid = wait_for($node, <<"END");
SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL add_many%' AND (SELECT count(*) FROM artworks) > $rows
LIMIT 1
END
    crash($node, $victim eq 'backend' ? $pid : undef);
    $_->finish for @sessions;
    my $label = "$victim killed after $what";
    complete_ok($node, 'artworks', '<=>', $label);
    $next = 1 + $node->safe_psql('postgres', 'SELECT max(id) FROM artworks');
    $node->safe_psql('postgres', "DO 'BEGIN FOR i IN $next .. $next + 100 LOOP CALL add(i); END LOOP; END'");
    $next += 101;
    complete_ok($node, 'artworks', '<=>', "$label, rows added");
    is($node->safe_psql('postgres', <<'END'), 't', "$label: vectors of 6000 dimensions");
SET enable_seqscan = off;
SELECT array_agg(id ORDER BY id) = (SELECT array_agg(id ORDER BY id) FROM wide)
FROM (SELECT id FROM wide ORDER BY embedding <-> wide_vector(0)) AS scanned
END
}
remember_exact($node, 'artworks', '<=>');
cmp_ok(recall($node, 'artworks', '<=>', 40), '>=', .96, 'recall');
is($node->safe_psql('postgres', 'VACUUM artworks, wide'), '', 'VACUUM');
complete_ok($node, 'artworks', '<=>', 'after VACUUM');

done_testing();
