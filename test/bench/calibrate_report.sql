-- What the rounds of calibrate.sql say about the constants of the code, which `calibrate` puts into the table code.
SET search_path = calibrate, public;
SET client_min_messages = warning;
\pset footer off
\pset null '-'

CREATE FUNCTION code(wanted text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
    found float8;
BEGIN
    SELECT value INTO STRICT found FROM code WHERE name = wanted;
    RETURN found;
END $$;
CREATE VIEW medians AS
SELECT name, percentile_cont(0.5) WITHIN GROUP (ORDER BY us) AS us,
       (percentile_cont(0.75) WITHIN GROUP (ORDER BY us) - percentile_cont(0.25) WITHIN GROUP (ORDER BY us)) AS
           spread,
       avg(opened) AS opened, avg(distances) AS distances, avg(tested) AS tested
FROM runs GROUP BY name;
CREATE FUNCTION us(wanted text) RETURNS float8 LANGUAGE sql STABLE AS 'SELECT us FROM medians WHERE name = wanted';
CREATE FUNCTION blocks_with(wanted text, n float8) RETURNS float8 LANGUAGE sql STABLE AS
    'SELECT least(2 * blocks * n / (2 * blocks + n), blocks) FROM facts WHERE data = wanted';
CREATE FUNCTION scanned(wanted text) RETURNS float8 LANGUAGE sql STABLE AS
    'SELECT us(''scan '' || wanted) / rows FROM facts WHERE data = wanted';

-- Prices in us. A row of a scan with one condition is cpu_tuple_cost and cpu_operator_cost: that says what a unit is.
CREATE TABLE prices (name text PRIMARY KEY, us float8);
INSERT INTO prices
SELECT 'scan block', (scanned('near') - scanned('plain')) / (1 / n.per_block - 1 / p.per_block)
FROM facts n, facts p WHERE n.data = 'near' AND p.data = 'plain';
CREATE FUNCTION price(wanted text) RETURNS float8 LANGUAGE plpgsql STABLE AS $$
DECLARE
    found float8;
BEGIN
    SELECT us INTO STRICT found FROM prices WHERE name = wanted;
    RETURN found;
END $$;
INSERT INTO prices SELECT 'scan row', scanned('plain') - price('scan block') / per_block FROM facts WHERE data =
    'plain';
INSERT INTO prices
SELECT 'unit', price('scan row') / (1 + current_setting('cpu_tuple_cost')::float8 /
    current_setting('cpu_operator_cost')::float8);
INSERT INTO prices SELECT 'condition', (us('scan plain 5') - us('scan plain')) / 4 / rows FROM facts WHERE data =
    'plain';
INSERT INTO prices
SELECT 'distance ' || data, us('distance ' || data) / rows - scanned(data) FROM facts
WHERE data IN ('near', 'wide', 'far', 'farther');
-- Nodes by the slope between two widths of the search, rows by that between conditions that many and few rows
-- pass. Each of the slopes holds some of the other: a few turns.
CREATE PROCEDURE split_nodes_and_rows(data text) LANGUAGE plpgsql AS $$
DECLARE
    a medians;
    b medians;
    r medians;
    node float8;
    per_row float8 := 0;
BEGIN
    SELECT * INTO a FROM medians WHERE name = 'nodes ' || data || ' 40';
    SELECT * INTO b FROM medians WHERE name = 'nodes ' || data || ' 400';
    SELECT * INTO r FROM medians WHERE name = 'rejected ' || data;
    FOR turn IN 1 .. 10 LOOP
        node := (b.us - a.us - (b.tested - a.tested) * (per_row + price('condition'))
                 - (b.distances - a.distances) * price('distance ' || data)) / (b.opened - a.opened);
        per_row := (r.us - a.us - (r.opened - a.opened) * node - (r.distances - a.distances) * price('distance '
            || data))
                 / (r.tested - a.tested) - price('condition');
    END LOOP;
    INSERT INTO prices VALUES ('node ' || data, node), ('fetch ' || data, per_row);
END $$;
CALL split_nodes_and_rows('near');
CALL split_nodes_and_rows('far');
-- Bitmaps of 10 000 rows against those of 1 000. Rows and blocks of a bitmap depend on each other too much to be
-- told apart.
CREATE TABLE bitmaps AS
SELECT l.what, 9000.0 AS rows,
       CASE l.col WHEN 'r' THEN blocks_with(l.data, 10000) - blocks_with(l.data, 1000) ELSE 9000 / f.per_block END
           AS blocks,
       (b.us - a.us - (b.opened - a.opened) * price('node ' || l.data)
        - (b.tested - a.tested) * (price('fetch ' || l.data) + price('distance ' || l.data))) / 9000 AS per_row,
       (us(format('exact %s %s 10000', l.data, l.col)) - us(format('exact %s %s 1000', l.data, l.col))) / 9000 AS
           exact_per_row
FROM (VALUES ('near', 'r', 'near, one in five'), ('near', 'c', 'near, side by side'), ('far', 'r',
    'far, one in two')) l (data, col, what)
JOIN medians a ON a.name = format('allow %s %s 1000', l.data, l.col)
JOIN medians b ON b.name = format('allow %s %s 10000', l.data, l.col)
JOIN facts f ON f.data = l.data;

CREATE TABLE report (id serial, what text, constants text, units float8, us float8);
INSERT INTO report (what, constants, units, us) VALUES
    ('row of a scan', 'cpu_tuple_cost',
     current_setting('cpu_tuple_cost')::float8 / current_setting('cpu_operator_cost')::float8, price('scan row') -
         price('unit')),
    ('condition', 'cpu_operator_cost', 1, price('condition')),
    ('block of a scan', 'kScanBlock', code('kScanBlock'), price('scan block')),
    ('row by address, near', 'kFetchRow', code('kFetchRow'), price('fetch near')),
    ('row by address, far', 'kFetchRow', code('kFetchRow'), price('fetch far'));
INSERT INTO report (what, constants, units, us)
SELECT 'row in order, ' || what, 'kFetchRowInOrder + kFetchBlockInOrder / rows',
       code('kFetchRowInOrder') + code('kFetchBlockInOrder') * blocks / rows, exact_per_row - per_row -
           price('condition')
FROM bitmaps
UNION ALL
SELECT 'row of a bitmap, ' || what, 'kBitmapRow + kBitmapBlock / rows', code('kBitmapRow') + code('kBitmapBlock')
    * blocks / rows,
       per_row
FROM bitmaps;
INSERT INTO report (what, constants, units, us)
SELECT format('node of %s bytes', round(node_bytes)), 'kOpenNode + bytes * kOpenNodeByte',
       code('kOpenNode') + node_bytes * code('kOpenNodeByte'), price('node ' || data)
FROM facts WHERE data IN ('near', 'far') ORDER BY node_bytes;
INSERT INTO report (what, constants, units, us)
SELECT format('distance, %s in the row', dims), 'kCall + dims * kPerDim', code('kCall') + dims * code('kPerDim'),
       price('distance ' || data)
FROM (VALUES (128, 'near'), (768, 'wide')) s (dims, data);
INSERT INTO report (what, constants, units, us)
SELECT format('distance, %s out of it', dims), '... + kOutOfLine + dims * kOutOfLinePerDim, pages',
       code('kCall') + dims * code('kPerDim') + code('kOutOfLine') + dims * code('kOutOfLinePerDim')
       + dims * 4 / 8192.0 * current_setting('seq_page_cost')::float8 / current_setting('cpu_operator_cost')::float8,
       price('distance ' || data)
FROM (VALUES (768, 'far'), (1536, 'farther')) s (dims, data);

\echo
SELECT format('cpu_operator_cost is %s us here; spread of a shape''s rounds (quartiles): %s %% median, %s %% worst',
              round(price('unit')::numeric, 5),
              round((100 * percentile_cont(0.5) WITHIN GROUP (ORDER BY spread / us))::numeric, 1),
              round((100 * max(spread / us))::numeric, 1)) AS "Prices" FROM medians WHERE name NOT IN (SELECT name
                  FROM grid);
SELECT what, constants, round(units::numeric, 1) AS "code, units", round((units * price('unit'))::numeric, 4) AS
    "code, us",
       round((us / price('unit'))::numeric, 1) AS "measured, units", round(us::numeric, 4) AS "measured, us",
       round((us / price('unit') / units)::numeric, 2) AS ratio
FROM report ORDER BY id;

\echo 'Nodes opened per query under unrelated conditions, and filtered_search_price() without kProbing'
CREATE TABLE counts AS
SELECT g.*, c.opened / 40 AS opened, c.tested / 40 AS tested
FROM grid g, LATERAL (SELECT * FROM runs r WHERE r.name = g.name) c;
SELECT c.strategy, c.data, c.share, c.k, c.ef, round(f.price::numeric) AS "estimate", round(c.opened::numeric) AS
    "opened",
       round((c.opened / f.price)::numeric, 2) AS ratio
FROM counts c JOIN formula f USING (name) WHERE c.strategy <> 'stream' ORDER BY c.strategy, c.data, c.share DESC, c.k;
SELECT c.strategy, c.data, round(exp(avg(ln(c.opened / f.price)))::numeric, 2) AS "mean ratio",
       round(sqrt(avg(ln(c.opened / f.price) ^ 2))::numeric, 2) AS "rms of its logarithm"
FROM counts c JOIN formula f USING (name) WHERE c.strategy <> 'stream' GROUP BY 1, 2 ORDER BY 1, 2;

\echo 'Stream: rows tested for k / share (kAway), and nodes opened against the estimate from rows tested'
SELECT data, share, k, ef, round(tested::numeric) AS tested, code('kAway') AS "kAway", round((tested * share /
    k)::numeric, 2) AS "measured",
       round(opened::numeric) AS opened, round(price::numeric) AS estimate, round((opened / price)::numeric, 2) AS
           ratio
FROM counts JOIN facts f USING (data),
     LATERAL (SELECT code('kOpenedPerLayer') * ln(f.rows) / ln(code('kTypicalM'))
              + greatest(code('kOpenedPerEf') * ef, code('kOpenedPerStreamed') * tested) AS price) p
WHERE strategy = 'stream' ORDER BY data, share DESC, k;
DROP SCHEMA calibrate CASCADE;
