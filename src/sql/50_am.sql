-- access method

CREATE FUNCTION hnswhandler(internal) RETURNS index_am_handler
    AS 'MODULE_PATHNAME', 'vhnsw_handler' LANGUAGE C;
COMMENT ON FUNCTION hnswhandler(internal) IS
    'hnsw index access method handler';

CREATE ACCESS METHOD hnsw TYPE INDEX HANDLER hnswhandler;
COMMENT ON ACCESS METHOD hnsw IS
    'HNSW graph index: rows by distance, nearest first';

