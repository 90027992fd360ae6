"""psycopg2, with the types registered by their names in the server."""

import psycopg2
import psycopg2.extensions as extensions

from dbapi import Statements
from helper import COLUMNS, Bits, Sparse, from_text, to_text

TYPES = {column["name"]: column["type"] for column in COLUMNS}


class Connection(extensions.connection):
    def execute(self, sql, parameters=()):
        with self.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else None


class Client(Statements):
    title = f"psycopg2 {psycopg2.__version__.split()[0]}"
    ddl = "table and indexes by SQL, types registered"

    def __init__(self):
        self.connection = psycopg2.connect("", connection_factory=Connection)
        self.connection.autocommit = True
        extensions.register_adapter(Sparse, lambda value: extensions.QuotedString(to_text(value)))
        extensions.register_adapter(Bits, extensions.QuotedString)

    def create(self):
        self.connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        names = ["vector", "halfvec", "sparsevec", "bit"]
        for name, oid in self.connection.execute("SELECT t, t::regtype::oid::int FROM unnest(%s) t", [names]):
            loader = extensions.new_type((oid,), name, lambda text, cursor: from_text(text))
            extensions.register_type(loader, self.connection)
        super().create()

    # Lists become arrays, which the extension casts to vectors.
    def placeholder(self, column):
        return f"%s::{TYPES[column]}"

    def value(self, column, value):
        return value
