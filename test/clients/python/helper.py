"""What the adapters share: the cases, SQL for clients without DDL of their own, and values."""

import json
import pathlib
import re

CASES = json.loads((pathlib.Path(__file__).parent.parent / "cases.json").read_text())
COLUMNS = CASES["columns"]
INDEXES = [{**index, "column": column["name"]} for column in COLUMNS for index in column["indexes"]]
INDEX_SQL = [
    f"CREATE INDEX {index['name']} ON items USING hnsw ({index['column']} {index['opclass']})"
    " WITH (m = 16, ef_construction = 64)"
    for index in INDEXES
]
TABLE_SQL = "CREATE TABLE items (id integer PRIMARY KEY, category text, {})".format(
    ", ".join(f"{column['name']} {column['type']}" for column in COLUMNS)
)


class Sparse(dict):
    """A sparse vector: elements by index, from 0, and the number of dimensions."""

    def __init__(self, dims, elements):
        super().__init__(elements)
        self.dims = dims


class Bits(str):
    """A string of bits."""


def native(value):
    """A value of cases.json as an application has it."""
    if isinstance(value, dict):
        return Sparse(value["dims"], zip(value["indices"], value["values"]))
    return Bits(value) if isinstance(value, str) else value


def native_row(row):
    return {key: value if key in ("id", "category") else native(value) for key, value in row.items()}


def to_text(value):
    if isinstance(value, Sparse):
        return "{%s}/%d" % (",".join(f"{index + 1}:{element!r}" for index, element in value.items()), value.dims)
    if isinstance(value, list):
        return "[%s]" % ",".join(map(repr, value))
    return value


def from_text(text):
    """The inverse of to_text()."""
    if text is None or text[0] not in "[{":
        return None if text is None else Bits(text)
    if text[0] == "[":
        return [float(element) for element in text[1:-1].split(",")]
    elements, dims = re.fullmatch(r"\{(.*)\}/(\d+)", text).groups()
    pairs = (pair.split(":") for pair in elements.split(",") if pair)
    return Sparse(int(dims), {int(index) - 1: float(element) for index, element in pairs})
