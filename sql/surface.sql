-- All objects of the extension and what clients rely on: nothing comes, goes or changes unnoticed.
\pset format unaligned
\pset tuples_only on
\pset null -

CREATE TEMP VIEW members AS
    SELECT classid, objid, pg_describe_object(classid, objid, 0) COLLATE "C" AS name
    FROM pg_depend
    WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
          AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vectorhnsw')
          -- array types are members from 17 on
          AND NOT (classid = 'pg_type'::regclass AND objid IN (SELECT typarray FROM pg_type));
SELECT name FROM members ORDER BY name;

SELECT extname, extrelocatable FROM pg_extension WHERE extname = 'vectorhnsw';
-- types
SELECT typname, typlen, typbyval, typalign, typstorage, typcategory, typdelim, typtypmod, typmodout, typanalyze
FROM members JOIN pg_type t ON t.oid = objid WHERE classid = 'pg_type'::regclass ORDER BY name;
-- functions: all but these are immutable, strict and parallel safe
SELECT name, prokind, provolatile, proisstrict, proparallel
FROM members JOIN pg_proc p ON p.oid = objid
WHERE classid = 'pg_proc'::regclass AND (prokind, provolatile, proisstrict, proparallel) <> ('f', 'i', true, 's')
ORDER BY name;
-- what they return
SELECT prorettype::regtype, string_agg(proname, ' ' ORDER BY proname COLLATE "C")
FROM members JOIN pg_proc p ON p.oid = objid
WHERE classid = 'pg_proc'::regclass GROUP BY prorettype ORDER BY prorettype::regtype::text COLLATE "C";
-- aggregates
SELECT name, aggtransfn, aggfinalfn, aggcombinefn, aggtranstype::regtype, agginitval
FROM members JOIN pg_aggregate ON aggfnoid = objid WHERE classid = 'pg_proc'::regclass ORDER BY name;
-- operators
SELECT name, oprcode, oprresult::regtype, NULLIF(oprcom, 0)::regoperator, NULLIF(oprnegate, 0)::regoperator,
       oprrest, oprjoin, oprcanmerge, oprcanhash
FROM members JOIN pg_operator o ON o.oid = objid WHERE classid = 'pg_operator'::regclass ORDER BY name;
-- casts
SELECT name, castcontext, castmethod, castfunc::regprocedure
FROM members JOIN pg_cast c ON c.oid = objid WHERE classid = 'pg_cast'::regclass ORDER BY name;
-- operator classes
SELECT name, opcdefault, opckeytype FROM members JOIN pg_opclass c ON c.oid = objid
WHERE classid = 'pg_opclass'::regclass ORDER BY name;
SELECT name, amoplefttype::regtype, amoprighttype::regtype, amoppurpose,
       string_agg(amopstrategy || ' ' || oprname, '  ' ORDER BY amopstrategy)
FROM members JOIN pg_amop ON amopfamily = objid JOIN pg_operator o ON o.oid = amopopr
WHERE classid = 'pg_opfamily'::regclass GROUP BY name, amoplefttype, amoprighttype, amoppurpose
ORDER BY name, amoplefttype, amoprighttype;
SELECT name, amprocnum, amproc
FROM members JOIN pg_amproc ON amprocfamily = objid
WHERE classid = 'pg_opfamily'::regclass ORDER BY name, amprocnum;
-- functions that name others in a body, whose meaning depends on search_path; objects without a comment
SELECT name FROM members JOIN pg_proc p ON p.oid = objid JOIN pg_language l ON l.oid = prolang
WHERE classid = 'pg_proc'::regclass AND prokind = 'f' AND lanname <> 'c';
SELECT name FROM members WHERE NOT EXISTS (
    SELECT FROM pg_description d WHERE d.objoid = members.objid AND d.classoid = members.classid AND objsubid = 0);
