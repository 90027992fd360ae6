-- casts between halfvec and int8vec

-- the largest magnitude becomes 127
SELECT '[127,-127,64,0.4,-0.6]'::halfvec::int8vec, '[254,-2,4,1]'::halfvec::int8vec, '[-63.5,1,0]'::halfvec::int8vec(3);
SELECT '[0,-0]'::halfvec::int8vec, '[65504,-65504]'::halfvec::int8vec::halfvec, '[6e-8]'::halfvec::int8vec::halfvec;
SELECT '[1,-2,3]*0.5'::int8vec::halfvec, '[1,-2,3]'::int8vec::halfvec(3), '[-128,127]'::int8vec::halfvec;

-- contexts
SELECT castsource::regtype, casttarget::regtype, castcontext, castmethod FROM pg_cast
WHERE castsource IN ('halfvec'::regtype, 'int8vec'::regtype) AND casttarget IN ('halfvec'::regtype, 'int8vec'::regtype)
  AND castsource <> casttarget
ORDER BY castsource::regtype::text;
CREATE TABLE assigned (i int8vec(2), v halfvec(2));
INSERT INTO assigned VALUES ('[127,1]'::halfvec, '[1,2]*2'::int8vec);
SELECT * FROM assigned;

-- what is wrong
\set VERBOSITY terse
INSERT INTO assigned (i) VALUES ('[1]'::halfvec);
INSERT INTO assigned (v) VALUES ('[1]'::int8vec);
SELECT '[1,127]*600'::int8vec::halfvec;
SELECT '[1,127]*3e38'::int8vec::halfvec;
\set VERBOSITY sqlstate
INSERT INTO assigned (i) VALUES ('[1]'::halfvec);
SELECT '[1,127]*600'::int8vec::halfvec;
SELECT '[1,127]*3e38'::int8vec::halfvec;
\set VERBOSITY default
DROP TABLE assigned;
