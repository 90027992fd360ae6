\echo Use "CREATE EXTENSION vectorhnsw" to load this file. \quit

