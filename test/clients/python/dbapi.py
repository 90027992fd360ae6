"""SQL for clients that write none themselves: psycopg 2 and 3."""

from helper import COLUMNS, INDEX_SQL, TABLE_SQL

NAMES = [column["name"] for column in COLUMNS]


class Statements:
    """An adapter but for the connection; value() makes a parameter for a column, placeholder() its place in SQL."""

    ddl = "table and indexes by SQL"

    def create(self):
        for sql in [TABLE_SQL, *INDEX_SQL]:
            self.connection.execute(sql)

    def insert(self, rows):
        for row in rows:
            self.connection.execute(
                f"INSERT INTO items VALUES (%s, %s, {', '.join(map(self.placeholder, NAMES))})",
                [row["id"], row["category"], *(self.value(name, row[name]) for name in NAMES)],
            )

    def nearest(self, column, operator, value, limit, category):
        operator = operator.replace("%", "%%")
        found = self.connection.execute(
            f"""SELECT id FROM items WHERE %s::text IS NULL OR category = %s
                ORDER BY {column} {operator} {self.placeholder(column)} LIMIT {limit}""",
            [category, category, self.value(column, value)],
        )
        return [row[0] for row in found]

    def read(self, id):
        [row] = self.connection.execute(f"SELECT {', '.join(NAMES)} FROM items WHERE id = %s", [id])
        return dict(zip(NAMES, row))

    def update(self, id, values):
        assignments = ", ".join(f"{name} = {self.placeholder(name)}" for name in NAMES)
        self.connection.execute(
            f"UPDATE items SET {assignments} WHERE id = %s", [*(self.value(name, values[name]) for name in NAMES), id]
        )

    def remove(self, id):
        self.connection.execute("DELETE FROM items WHERE id = %s", [id])

    def close(self):
        self.connection.close()
