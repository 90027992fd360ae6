-- What ask_all.sql writes and compare.sql reads: one row per method and query.
CREATE TABLE answers (
    method text,
    query integer,
    distances float8[],  -- of the 10 rows found, ascending
    seconds float8
);
