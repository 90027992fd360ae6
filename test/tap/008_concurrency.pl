# Many sessions at once insert, update, delete, roll back, vacuum and build another index. Every snapshot sees all of
# its rows through the index while that goes on, and so does everybody afterwards.
use strict;
use warnings;
use FindBin qw($RealBin);
use lib $RealBin;
use Hnsw;
use Test::More;

my $node = new_node('main', '');
load_artworks($node, 4_000);
$node->safe_psql('postgres', <<'END');
ALTER TABLE artworks RENAME TO source;
CREATE TABLE artworks AS SELECT * FROM source WHERE id <= 1000;
CREATE SEQUENCE ids START 10001;
ALTER TABLE artworks ADD PRIMARY KEY (id);
ALTER TABLE artworks ALTER id SET DEFAULT nextval('ids');
CREATE INDEX first ON artworks USING hnsw (embedding vector_cosine_ops, id);
-- Links without sketches: lists are judged on copies, which somebody else's change makes worthless.
CREATE INDEX third ON artworks USING hnsw (embedding vector_l1_ops);

-- Fails unless the index returns what is in the table. For a transaction with a single snapshot.
CREATE FUNCTION check_all() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE expected integer[]; returned integer[];
BEGIN
    PERFORM set_config('enable_indexscan', 'off', true);
    EXECUTE 'SELECT array_agg(id ORDER BY id) FROM artworks' INTO expected;
    PERFORM set_config('enable_indexscan', 'on', true), set_config('enable_seqscan', 'off', true),
        set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true);
    EXECUTE 'SELECT array_agg(id) FROM (SELECT id FROM artworks ORDER BY embedding <=>
        (SELECT embedding FROM source WHERE id = 1 + random() * 3999)) AS scanned' INTO returned;
    returned := ARRAY(SELECT unnest(returned) ORDER BY 1);
    IF returned IS DISTINCT FROM expected THEN
        RAISE '% rows of % returned', cardinality(returned), cardinality(expected);
    END IF;
    RETURN cardinality(expected);
END $$;
END

my ($build, $said) = background($node,
    'CREATE INDEX CONCURRENTLY second ON artworks USING hnsw (embedding vector_l2_ops)');
my $pick = '\set id random(1, 4000)';
$node->pgbench(
    '--no-vacuum --client=8 --jobs=2 --transactions=300',
    0,
    [qr{processed: 2400/2400}],
    [qr{^$}],
    'all at once',
    {
        '008_insert@8' => "$pick\nINSERT INTO artworks (embedding) SELECT embedding FROM source WHERE id = :id;",
        '008_update@4' => <<"END",
$pick
UPDATE artworks SET embedding = (SELECT embedding FROM source WHERE id = :id)
    WHERE id = (SELECT min(id) FROM artworks WHERE id > 2 * :id);
END
        '008_delete@4' => "$pick\nDELETE FROM artworks WHERE id = (SELECT min(id) FROM artworks WHERE id > 3 * :id);",
        '008_none@1' => 'INSERT INTO artworks (embedding) VALUES (NULL), (array_fill(0, ARRAY[384])::vector);',
        '008_rollback@1' => <<"END",
$pick
BEGIN;
INSERT INTO artworks (embedding) SELECT embedding FROM source WHERE id BETWEEN :id AND :id + 2;
ROLLBACK;
END
        '008_check@2' => "BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT check_all();\nCOMMIT;",
        # Those who wait for the table would keep it from giving back its end, which each tries for five seconds.
        '008_vacuum@1' => 'VACUUM (TRUNCATE off) artworks;',
    });
ok($node->poll_query_until('postgres', "SELECT idx_scan > 100 FROM pg_stat_user_indexes WHERE indexrelname = 'first'"),
    'the index was checked more than a hundred times');
$build->finish;
is($$said, '', 'CREATE INDEX CONCURRENTLY');
complete_ok($node, 'artworks', '<=>', 'afterwards');
complete_ok($node, 'artworks', '<->', 'afterwards, index created meanwhile');
complete_ok($node, 'artworks', '<+>', 'afterwards, links without sketches');
for my $operator ('<=>', '<+>') {
    remember_exact($node, 'artworks', $operator);
    cmp_ok(recall($node, 'artworks', $operator, 40), '>=', .96, "recall, $operator");
}
$node->safe_psql('postgres', 'VACUUM artworks');
complete_ok($node, 'artworks', $_, "after VACUUM, $_") for '<=>', '<+>';
no_errors_ok($node, 'main');

done_testing();
