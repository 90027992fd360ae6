-- subscripts of halfvec; the details are those of vector

CREATE TABLE items (id int, v halfvec(4));
INSERT INTO items VALUES (1, '[1,2.5,-3,4]'), (2, NULL);
SELECT n, v[n] FROM items, unnest(ARRAY[0, 1, 2, 3, 4, 5, NULL]) n WHERE id = 1;
SELECT v[1], v[1:2] FROM items WHERE id = 2;
SELECT pg_typeof(v[1]), pg_typeof(v[1:2]) FROM items WHERE id = 1;
SELECT v[2:3], v[2:], v[:2], v[:], v[3:2], v[-5:1], v[4:9] FROM items WHERE id = 1;
UPDATE items SET v[1] = v[2], v[2] = 0.1 WHERE id = 1;
SELECT v FROM items WHERE id = 1;

-- what is wrong
\set VERBOSITY sqlstate
UPDATE items SET v[5] = 1 WHERE id = 1;
UPDATE items SET v[1] = 'NaN' WHERE id = 1;
UPDATE items SET v[1] = 70000 WHERE id = 1;
UPDATE items SET v[1:2] = '[1,2]';
SELECT v[1][1] FROM items;
\set VERBOSITY terse
UPDATE items SET v[5] = 1 WHERE id = 1;
UPDATE items SET v[1] = 'NaN' WHERE id = 1;
UPDATE items SET v[1] = 70000 WHERE id = 1;
UPDATE items SET v[1] = 1 WHERE id = 2;
UPDATE items SET v[1:2] = '[1,2]';
SELECT v[1][1] FROM items;
DROP TABLE items;
