-- casts between halfvec and sparsevec

SELECT '[0,1.5,0,3.5,-0]'::halfvec::sparsevec, '[0,1.5]'::halfvec::sparsevec(2), '[0]'::halfvec::sparsevec,
       '[65504,-65504,6e-8]'::halfvec::sparsevec;
SELECT '{2:1.5,4:3.5}/5'::sparsevec::halfvec, '{2:1.5}/2'::sparsevec::halfvec(2), '{}/3'::sparsevec::halfvec;
-- rounded to the nearest; too small becomes zero
SELECT '{1:65519,2:2049,3:2051,4:1e-8,5:-1e-8}/5'::sparsevec::halfvec;
SELECT array_fill(1, ARRAY[16000])::halfvec::sparsevec = array_fill(1, ARRAY[16000])::sparsevec,
       array_fill(1, ARRAY[16000])::sparsevec::halfvec = array_fill(1, ARRAY[16000])::halfvec;

-- implicit from halfvec, by assignment to it
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE ('sparsevec'::regtype, 'halfvec'::regtype) IN ((castsource, casttarget), (casttarget, castsource))
ORDER BY castcontext;
CREATE TABLE assigned (s sparsevec(2), h halfvec(2));
INSERT INTO assigned VALUES ('[7,0]'::halfvec, '{1:7}/2'::sparsevec);
SELECT * FROM assigned;
SELECT s <-> h FROM assigned;
DROP TABLE assigned;

-- errors
CREATE FUNCTION error_of(query text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE query;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT q, error_of('SELECT ' || q)
FROM unnest(ARRAY[$$'[1,2]'::halfvec::sparsevec(3)$$, $$'{}/2'::sparsevec::halfvec(3)$$,
                  $$'{}/16001'::sparsevec::halfvec$$, $$'{1:65520}/1'::sparsevec::halfvec$$,
                  $$'{1:1,2:-1e10}/2'::sparsevec::halfvec$$]) q;
DROP FUNCTION error_of;
