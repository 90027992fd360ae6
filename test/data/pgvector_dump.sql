--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: vector; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;


--
-- Name: EXTENSION vector; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION vector IS 'the extension that the dumped database had';


--
-- Name: nearest(public.vector, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.nearest(query public.vector, count integer) RETURNS SETOF bigint
    LANGUAGE sql STABLE
    SET "hnsw.ef_search" TO '100'
    AS $$SELECT id FROM items ORDER BY embedding <-> query LIMIT count$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: items; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.items (
    id bigint NOT NULL,
    category text,
    embedding public.vector(4) DEFAULT '[0,0,0,1]'::public.vector,
    compact public.halfvec(4),
    words public.sparsevec(1000),
    code bit(12),
    free public.vector,
    parts public.vector(2)[],
    length double precision GENERATED ALWAYS AS (public.vector_norm(embedding)) STORED,
    CONSTRAINT filled CHECK (((embedding OPERATOR(public.<>) '[0,0,0,0]'::public.vector) AND (public.vector_dims(embedding) = 4)))
);


--
-- Name: centres; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.centres AS
 SELECT items.category,
    (public.avg(items.embedding))::public.vector(4) AS embedding
   FROM public.items
  GROUP BY items.category;


--
-- Name: items_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.items ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.items_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Data for Name: items; Type: TABLE DATA; Schema: public; Owner: -
--

COPY public.items (id, category, embedding, compact, words, code, free, parts) FROM stdin;
1	odd	[1,0.84147096,1,-1]	[1,0.8413086,1,-1]	{1:1,901:1}/1000	000000100101	[1,1]	{"[1,1]","[2,-1]"}
2	even	[2,0.9092974,0.5,-2]	[2,0.9091797,0.5,-2]	{2:0.5,902:1}/1000	000001001010	[2,2,2]	{"[2,1]","[2,-2]"}
3	odd	[3,0.14112,0.33333334,-3]	[3,0.14111328,0.33325195,-3]	{3:0.33333334,903:1}/1000	000001101111	[3,3,3,3]	{"[3,1]","[2,-3]"}
4	even	[4,-0.7568025,0.25,-4]	[4,-0.75683594,0.25,-4]	{4:0.25,904:1}/1000	000010010100	[4,4,4,4,4]	{"[4,1]","[2,-4]"}
5	odd	[5,-0.9589243,0.2,-5]	[5,-0.9589844,0.19995117,-5]	{5:0.2,905:1}/1000	000010111001	[5]	{"[5,1]","[2,-5]"}
6	even	[6,-0.2794155,0.16666667,-6]	[6,-0.27929688,0.16662598,-6]	{6:0.16666667,906:1}/1000	000011011110	[6,6]	{"[6,1]","[2,-6]"}
7	odd	[7,0.6569866,0.14285715,-7]	[7,0.65722656,0.14282227,-7]	{7:0.14285715,907:1}/1000	000100000011	[7,7,7]	{"[7,1]","[2,-7]"}
8	even	[8,0.98935825,0.125,-8]	[8,0.9892578,0.125,-8]	{8:0.125,908:1}/1000	000100101000	[8,8,8,8]	{"[8,1]","[2,-8]"}
9	extremes	[0.1,-0,1e-45,3.4028235e+38]	[65504,5.9604645e-08,-0,0.099975586]	{}/1000	000000000000	[1e-30]	{}
10	\N	\N	\N	\N	\N	\N	\N
\.


--
-- Name: items_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.items_id_seq', 10, true);


--
-- Name: items items_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.items
    ADD CONSTRAINT items_pkey PRIMARY KEY (id);


--
-- Name: items_code_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_code_idx ON public.items USING hnsw (code public.bit_hamming_ops);


--
-- Name: items_code_ivf; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_code_ivf ON public.items USING ivfflat (code public.bit_hamming_ops) WITH (lists='1') WHERE (category = 'even'::text);


--
-- Name: items_compact_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_compact_idx ON public.items USING hnsw (compact public.halfvec_ip_ops) WITH (m='8', ef_construction='32');


--
-- Name: items_embedding_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_embedding_idx ON public.items USING hnsw (embedding public.vector_cosine_ops) WITH (m='16', ef_construction='64');


--
-- Name: items_embedding_ivf; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_embedding_ivf ON public.items USING ivfflat (embedding) WITH (lists='1');


--
-- Name: items_embedding_l2; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_embedding_l2 ON public.items USING hnsw (embedding public.vector_l2_ops);


--
-- Name: items_embedding_order; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_embedding_order ON public.items USING btree (embedding);


--
-- Name: items_half_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_half_idx ON public.items USING hnsw (((embedding)::public.halfvec(4)) public.halfvec_l2_ops) WHERE (category = 'odd'::text);


--
-- Name: items_quantized_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_quantized_idx ON public.items USING hnsw (((public.binary_quantize(embedding))::bit(4)) public.bit_hamming_ops);


--
-- Name: items_words_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX items_words_idx ON public.items USING hnsw (words public.sparsevec_l2_ops);


--
-- PostgreSQL database dump complete
--


