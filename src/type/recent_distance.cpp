#include "type/recent_distance.hpp"

namespace vhnsw::type {

namespace {

// A scan holds back a few rows more than are returned out of the order of their bounds.
constexpr int kRemembered = 32;

// A value out of line never changes, and its number is not given to another one as long as the statement runs.
struct Remembered {
    Oid toast_table;
    Oid value;
    double distance;
};

struct Memory {
    DistanceFunction distance;
    TimestampTz transaction;
    TimestampTz statement;
    varlena *query;  // a copy, in TopMemoryContext
    Size query_room;
    int count;
    int next;
    Remembered entries[kRemembered];
};

constinit Memory memory = {};

bool
is_about(const varlena *query, DistanceFunction distance)
{
    return memory.query != nullptr && memory.distance == distance &&
           memory.statement == GetCurrentStatementStartTimestamp() &&
           memory.transaction == GetCurrentTransactionStartTimestamp() && VARSIZE(memory.query) == VARSIZE(query) &&
           memcmp(memory.query, query, VARSIZE(query)) == 0;
}

void
start_over(const varlena *query, DistanceFunction distance)
{
    memory.distance = nullptr;  // should the allocation fail
    memory.count = memory.next = 0;
    if (memory.query_room < VARSIZE(query)) {
        varlena *fresh = static_cast<varlena *>(MemoryContextAlloc(TopMemoryContext, VARSIZE(query)));
        if (memory.query != nullptr) pfree(memory.query);
        memory.query = fresh;
        memory.query_room = VARSIZE(query);
    }
    memcpy(memory.query, query, VARSIZE(query));
    memory.statement = GetCurrentStatementStartTimestamp();
    memory.transaction = GetCurrentTransactionStartTimestamp();
    memory.distance = distance;
}

const Remembered *
find(const varatt_external &value)
{
    for (int i = 0; i < memory.count; i++) {
        const Remembered &entry = memory.entries[i];
        if (entry.value == value.va_valueid && entry.toast_table == value.va_toastrelid) return &entry;
    }
    return nullptr;
}

}  // namespace

double
recent_distance(FunctionCallInfo fcinfo, DistanceFunction distance)
{
    auto *stored = reinterpret_cast<varlena *>(PG_GETARG_DATUM(0));
    if (!VARATT_IS_EXTERNAL_ONDISK(stored)) {
        const varlena *value = pg_detoast_datum(stored);
        return distance(value, PG_DETOAST_DATUM(PG_GETARG_DATUM(1)));
    }

    varatt_external value;
    VARATT_EXTERNAL_GET_POINTER(value, stored);
    const varlena *query = PG_DETOAST_DATUM(PG_GETARG_DATUM(1));
    if (!is_about(query, distance))
        start_over(query, distance);
    else if (const Remembered *known = find(value))
        return known->distance;

    double result = distance(pg_detoast_datum(stored), query);
    memory.entries[memory.next] = {value.va_toastrelid, value.va_valueid, result};
    memory.next = (memory.next + 1) % kRemembered;
    memory.count = Max(memory.count, memory.next == 0 ? kRemembered : memory.next);
    return result;
}

}  // namespace vhnsw::type
