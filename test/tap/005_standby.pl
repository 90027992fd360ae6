# A standby answers like its primary, query by query, whatever happens to the rows, and goes on answering after its
# promotion. An unlogged index is empty after a crash, and works.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use PostgreSQL::Test::Cluster;
use Test::More;

my $primary = new_node('primary', '', allows_streaming => 1);
load_artworks($primary, 3_000);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->append_conf('postgresql.conf', 'hot_standby_feedback = on');
$standby->start;

sub same_answers {
    my ($what) = @_;
    $primary->wait_for_catchup($standby);
    ok(answers($standby, 'artworks', '<=>') eq answers($primary, 'artworks', '<=>'), "$what: same answers");
    complete_ok($standby, 'artworks', '<=>', $what);
    return;
}

$primary->safe_psql('postgres', 'CREATE INDEX by_vector ON artworks USING hnsw (embedding vector_cosine_ops)');
same_answers('CREATE INDEX');

# Queries run on the standby all the while.
$primary->wait_for_catchup($standby);
my ($reader, $read) = background($standby, 'SET enable_seqscan = off', 'SET enable_sort = off', <<'END');
DO $$
DECLARE q vector; returned integer;
BEGIN
    LOOP
        FOR q IN SELECT embedding FROM queries LOOP
            SELECT count(*) INTO returned FROM (SELECT FROM artworks ORDER BY embedding <=> q LIMIT 100) AS nearest;
            IF returned < 100 THEN RAISE 'only % rows', returned; END IF;
            COMMIT;
        END LOOP;
        EXIT WHEN EXISTS (SELECT FROM artworks WHERE id = 0);
    END LOOP;
END $$
END
for (
    ['INSERT', 'INSERT INTO artworks SELECT 10000 + id, embedding + embedding FROM artworks WHERE id % 4 = 0'],
    ['equal vectors, zeros and NULLs', <<'END'],
INSERT INTO artworks SELECT 20000 + id, embedding FROM artworks WHERE id <= 300;
INSERT INTO artworks SELECT 30000 + i, CASE WHEN i % 2 = 0 THEN array_fill(0, ARRAY[384])::vector END
    FROM generate_series(1, 50) i;
END
    ['DELETE', 'DELETE FROM artworks WHERE id % 5 = 0'],
    ['VACUUM', 'VACUUM artworks'],
    ['INSERT into freed space', <<'END'],
INSERT INTO artworks SELECT 40000 + id, embedding + embedding FROM artworks WHERE id % 7 = 0 AND id < 10000
END
    ['UPDATE and VACUUM', <<'END'],
UPDATE artworks SET embedding = embedding - embedding - embedding WHERE id % 6 = 0;
VACUUM artworks
END
    ['REINDEX', 'REINDEX INDEX by_vector'])
{
    my ($what, $sql) = @$_;
    $primary->safe_psql('postgres', $_) for split /;/, $sql;
    same_answers($what);
}
$primary->safe_psql('postgres', 'INSERT INTO artworks SELECT 0, embedding FROM queries LIMIT 1');
$reader->finish;
is($$read, '', 'queries during replay');

# The unlogged index, in the same two servers.
$primary->safe_psql('postgres', <<'END');
CREATE UNLOGGED TABLE fleeting (LIKE artworks);
INSERT INTO fleeting SELECT * FROM artworks LIMIT 500;
CREATE INDEX ON fleeting USING hnsw (embedding vector_cosine_ops);
INSERT INTO fleeting SELECT * FROM artworks OFFSET 500 LIMIT 500;
END
complete_ok($primary, 'fleeting', '<=>', 'unlogged table');
$primary->stop('immediate');
$primary->start;
complete_ok($primary, 'fleeting', '<=>', 'unlogged table after a crash');
is($primary->safe_psql('postgres', 'SELECT count(*) FROM fleeting'), 0, 'it is empty');
$primary->safe_psql('postgres', 'INSERT INTO fleeting SELECT * FROM artworks LIMIT 500');
complete_ok($primary, 'fleeting', '<=>', 'unlogged table filled again');

# Promotion.
$primary->wait_for_catchup($standby);
my $answers = answers($primary, 'artworks', '<=>');
$primary->stop;
$standby->promote;
ok(answers($standby, 'artworks', '<=>') eq $answers, 'after promotion: same answers');
$standby->safe_psql('postgres', $_) for split /;/, <<'END';
INSERT INTO artworks SELECT 50000 + id, embedding FROM artworks WHERE id % 3 = 0 AND id < 10000;
DELETE FROM artworks WHERE id % 3 = 1;
VACUUM artworks;
INSERT INTO artworks SELECT 60000 + id, embedding FROM artworks WHERE id % 3 = 0 AND id < 10000
END
complete_ok($standby, 'artworks', '<=>', 'promoted');
complete_ok($standby, 'fleeting', '<=>', 'promoted, unlogged table');
no_errors_ok($standby, 'standby');

done_testing();
