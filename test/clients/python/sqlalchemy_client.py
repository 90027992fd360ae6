"""SQLAlchemy, with a column type of a few lines, as users write them."""

import sqlalchemy
from sqlalchemy import Column, Index, Integer, Text, create_engine, select, text
from sqlalchemy.orm import Session, declarative_base
from sqlalchemy.types import UserDefinedType

from helper import COLUMNS, from_text, to_text


class VectorType(UserDefinedType):
    cache_ok = True

    def __init__(self, name):
        self.name = name

    def get_col_spec(self, **_):
        return self.name.upper()

    def bind_processor(self, dialect):
        return to_text

    def result_processor(self, dialect, coltype):
        return from_text

    class comparator_factory(UserDefinedType.Comparator):
        def distance(self, operator, value):
            return self.op(operator, return_type=sqlalchemy.Float())(value)


def index(column, described):
    return Index(
        described["name"],
        column,
        postgresql_using="hnsw",
        postgresql_with={"m": 16, "ef_construction": 64},
        postgresql_ops={column.name: described["opclass"]},
    )


columns = {column["name"]: Column(column["name"], VectorType(column["type"])) for column in COLUMNS}
Item = type(
    "Item",
    (declarative_base(),),
    {
        "__tablename__": "items",
        "id": Column(Integer, primary_key=True, autoincrement=False),
        "category": Column(Text),
        **columns,
        "__table_args__": tuple(index(columns[column["name"]], each) for column in COLUMNS for each in column["indexes"]),
    },
)


class Client:
    title = f"sqlalchemy {sqlalchemy.__version__}"
    ddl = "table and indexes by the client"

    def __init__(self):
        self.engine = create_engine("postgresql+psycopg2://")

    def create(self):
        with self.engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
        Item.metadata.create_all(self.engine)

    def insert(self, rows):
        with Session(self.engine) as session, session.begin():
            session.add_all(Item(**row) for row in rows)

    def nearest(self, column, operator, value, limit, category):
        query = select(Item.id).order_by(getattr(Item, column).distance(operator, value)).limit(limit)
        if category:
            query = query.where(Item.category == category)
        with Session(self.engine) as session:
            return session.scalars(query).all()

    def read(self, id):
        with Session(self.engine) as session:
            item = session.get(Item, id)
            return {name: getattr(item, name) for name in columns}

    def update(self, id, values):
        with Session(self.engine) as session, session.begin():
            item = session.get(Item, id)
            for name, value in values.items():
                setattr(item, name, value)

    def remove(self, id):
        with Session(self.engine) as session, session.begin():
            session.delete(session.get(Item, id))

    def close(self):
        self.engine.dispose()
