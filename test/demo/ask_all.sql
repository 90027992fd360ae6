-- Asks for the 10 artworks nearest to each held-out one. The setting demo.method names the answers.
DO $$
DECLARE
    asked record;
    found float8[];
    start timestamptz;
BEGIN
    FOR asked IN SELECT id, embedding FROM queries ORDER BY id LOOP
        start := clock_timestamp();
        SELECT array_agg(nearest.distance) INTO found
        FROM (SELECT embedding <=> asked.embedding AS distance FROM artworks
              ORDER BY embedding <=> asked.embedding LIMIT 10) AS nearest;
        INSERT INTO answers VALUES (current_setting('demo.method'), asked.id, found,
                                    extract(epoch FROM clock_timestamp() - start));
    END LOOP;
END
$$;
