"""suite.py CLIENT: the cases of cases.json through one client, an adapter CLIENT_client.py beside this file, as
../node/suite.mjs does. Prints one line: what passed, or what failed.

An adapter has a class Client, which connects when it is made, with
  title         names and versions, the client's own first
  ddl           how table and indexes come about
  create()      extension, table `items` and indexes, under the names of cases.json
  insert(rows), update(id, values), remove(id)
  nearest(column, operator, value, limit, category)     ids; category: None, or the one that rows must have
  read(id)      a row as a dictionary: lists, Sparse, Bits, None
  close()
"""

import importlib
import struct
import sys
import time
import traceback

import psycopg2

from helper import CASES, COLUMNS, INDEXES, native, native_row

NAMES = [column["name"] for column in COLUMNS]
failures = []


def check(what, got, wanted):
    if got != wanted:
        failures.append(f"{what}: got {got!r}, not {wanted!r}")


def comparable(value):
    """A vector as the bits of its floats."""
    if isinstance(value, list):
        return struct.pack(f"{len(value)}f", *value).hex()
    if isinstance(value, dict):
        return [value.dims, list(value), struct.pack(f"{len(value)}f", *value.values()).hex()]
    return value


def check_row(what, row, wanted):
    for name in NAMES:
        check(f"{what}, {name}", comparable(row[name]), comparable(native(wanted[name])))


def ask(sql, *parameters):
    """What the server has, asked over a connection of the suite's own."""
    with server.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else None


def check_schema():
    types = ask(
        """SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
           WHERE attrelid = 'items'::regclass AND attname = ANY(%s::text[]) ORDER BY attnum""",
        NAMES,
    )
    check("columns", types, [(column["name"], column["type"]) for column in COLUMNS])
    made = ask(
        """SELECT c.relname, a.amname, o.opcname FROM pg_index i
           JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = c.relam JOIN pg_opclass o ON o.oid = indclass[0]
           WHERE indrelid = 'items'::regclass AND NOT indisprimary ORDER BY 1"""
    )
    check("indexes", made, sorted((index["name"], "hnsw", index["opclass"]) for index in INDEXES))


def check_nearest(client, what, questions):
    for question in questions:
        column, operator = question["column"], question["operator"]
        ids = client.nearest(column, operator, native(question["value"]), question["limit"], question.get("category"))
        check(f"{what}, {column} {operator}", ids, question["ids"])


def check_scans():
    """The server prefers indexes here, so each must have answered. A session's numbers are there when it has ended."""
    for _ in range(100):
        names = ask(
            """SELECT indexrelname FROM pg_stat_user_indexes
               WHERE indexrelname = ANY(%s::text[]) AND idx_scan = 0 ORDER BY 1""",
            [index["name"] for index in INDEXES],
        )
        if not names:
            break
        time.sleep(0.02)
    check("indexes that no search used", names, [])


def run(client):
    written, stored, update = CASES["written"], CASES["stored"], CASES["update"]
    client.create()
    check_schema()
    client.insert([native_row(row) for row in CASES["rows"]])
    check_nearest(client, "nearest", CASES["nearest"])
    check_nearest(client, "filtered", CASES["filtered"])
    check_row("NULL", client.read(9), CASES["rows"][8])
    client.update(update["id"], native_row(update["values"]))
    check_row("updated", client.read(update["id"]), update["values"])
    check_nearest(client, "after the update", CASES["after_update"])
    client.remove(CASES["delete"])
    check_nearest(client, "after the delete", CASES["after_delete"])

    client.insert([native_row(written["row"])])
    columns = ", ".join(f"encode({column['base']}_send({column['name']}), 'hex')" for column in COLUMNS)
    [sent] = ask(f"SELECT {columns} FROM items WHERE id = %s", written["row"]["id"])
    check("bytes of what the client wrote", list(sent), [written["bytes"][name] for name in NAMES])
    check_row("read back", client.read(written["row"]["id"]), written["reads"])
    row = stored["row"]
    columns = ", ".join(["id", "category", *stored["text"]])
    ask(f"INSERT INTO items ({columns}) VALUES %s", (row["id"], row["category"], *stored["text"].values()))
    check_row("read", client.read(row["id"]), stored["reads"])


name = sys.argv[1]
title = name
server = psycopg2.connect("")
server.autocommit = True
try:
    client = importlib.import_module(f"{name}_client").Client()
    title = client.title
    run(client)
    client.close()
    check_scans()
except Exception:
    failures.append(traceback.format_exc())
if failures:
    print(f"FAILED {title}:", "\n    ".join(failures))
else:
    print(
        f"ok {title}: {client.ddl}; insert, update, delete, NULL; {len(CASES['nearest'])} nearest by index, "
        f"{len(CASES['filtered'])} filtered; bit-exact both ways"
    )
sys.exit(bool(failures))
