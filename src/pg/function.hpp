// VHNSW_FUNCTION(vhnsw_name) { ... }: defines an SQL-callable function, exported although everything else is hidden.
#pragma once

#include "pg/pg.hpp"

#define VHNSW_FUNCTION(name)                                                                \
    extern "C" {                                                                            \
    __attribute__((visibility("default"))) Datum name(PG_FUNCTION_ARGS);                    \
    extern __attribute__((visibility("default"))) const Pg_finfo_record *pg_finfo_##name(); \
    const Pg_finfo_record *pg_finfo_##name()                                                \
    {                                                                                       \
        static constexpr Pg_finfo_record info = {1};                                        \
        return &info;                                                                       \
    }                                                                                       \
    }                                                                                       \
    Datum name(PG_FUNCTION_ARGS)
