"""psycopg 3, with parameters and results in binary form."""

import struct

import psycopg
from psycopg.adapt import Dumper, Loader
from psycopg.pq import Format
from psycopg.types import TypeInfo

from dbapi import Statements
from helper import COLUMNS, Bits, Sparse

BASES = {column["name"]: column["base"] for column in COLUMNS}


class Vector(list):
    element = "f"


class Half(list):
    element = "e"


class VectorDumper(Dumper):
    format = Format.BINARY

    def dump(self, value):
        return struct.pack(f">HH{len(value)}{value.element}", len(value), 0, *value)


class SparseDumper(Dumper):
    format = Format.BINARY

    def dump(self, value):
        n = len(value)
        return struct.pack(f">iii{n}i{n}f", value.dims, n, 0, *value, *value.values())


class BitsDumper(Dumper):
    format = Format.BINARY

    def dump(self, value):
        return struct.pack(">i", len(value)) + int(value, 2).to_bytes((len(value) + 7) // 8, "big")


class VectorLoader(Loader):
    format = Format.BINARY
    element = "f"

    def load(self, data):
        dims, unused = struct.unpack_from(">HH", data)
        assert unused == 0
        return list(struct.unpack_from(f">{dims}{self.element}", data, 4))


class HalfLoader(VectorLoader):
    element = "e"


class SparseLoader(Loader):
    format = Format.BINARY

    def load(self, data):
        dims, n, unused = struct.unpack_from(">iii", data)
        assert unused == 0
        return Sparse(dims, zip(struct.unpack_from(f">{n}i", data, 12), struct.unpack_from(f">{n}f", data, 12 + 4 * n)))


class BitsLoader(Loader):
    format = Format.BINARY

    def load(self, data):
        (length,) = struct.unpack_from(">i", data)
        return Bits(format(int.from_bytes(data[4:], "big"), f"0{8 * (len(data) - 4)}b")[:length])


TYPES = {
    "vector": (Vector, VectorDumper, VectorLoader),
    "halfvec": (Half, VectorDumper, HalfLoader),
    "sparsevec": (Sparse, SparseDumper, SparseLoader),
    "bit": (Bits, BitsDumper, BitsLoader),
}


class Connection(psycopg.Connection):
    def execute(self, sql, parameters=()):
        cursor = super().execute(sql, parameters, binary=True)
        return cursor.fetchall() if cursor.description else None


class Client(Statements):
    title = f"psycopg {psycopg.__version__}"
    ddl = "table and indexes by SQL, types registered, binary"

    def __init__(self):
        self.connection = Connection.connect("", autocommit=True)

    def create(self):
        self.connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        for name, (python_type, dumper, loader) in TYPES.items():
            info = TypeInfo.fetch(self.connection, name)
            info.register(self.connection)
            typed = type(dumper.__name__, (dumper,), {"oid": info.oid})
            self.connection.adapters.register_dumper(python_type, typed)
            self.connection.adapters.register_loader(info.oid, loader)
        super().create()

    def placeholder(self, column):
        return "%b"

    def value(self, column, value):
        return value if value is None else TYPES[BASES[column]][0](value) if isinstance(value, list) else value
