"""Django, with a field and an index of a few lines, as users write them; the table is made by a migration's editor."""

import os

import django
from django.conf import settings

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "USER": os.environ["PGUSER"],
            "HOST": os.environ["PGHOST"],
            "PORT": os.environ["PGPORT"],
        }
    },
    INSTALLED_APPS=["django.contrib.postgres"],
)
django.setup()

from django.contrib.postgres.indexes import PostgresIndex  # noqa: E402
from django.contrib.postgres.operations import CreateExtension  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.db.migrations.state import ProjectState  # noqa: E402

from helper import COLUMNS, from_text, to_text  # noqa: E402


class VectorField(models.Field):
    def __init__(self, column_type=None, **options):
        super().__init__(**options)
        self.column_type = column_type

    def db_type(self, connection):
        return self.column_type

    def from_db_value(self, value, expression, connection):
        return from_text(value)

    def get_prep_value(self, value):
        return to_text(value)


class HnswIndex(PostgresIndex):
    suffix = "hnsw"

    def get_with_params(self):
        return ["m = 16", "ef_construction = 64"]


class Distance(models.Func):
    output_field = models.FloatField()

    def __init__(self, column, operator, value):
        super().__init__(
            column,
            models.Value(value, output_field=Item._meta.get_field(column)),
            template="%(expressions)s",
            arg_joiner=f" {operator.replace('%', '%%')} ",
        )


class Item(models.Model):
    id = models.IntegerField(primary_key=True)
    category = models.TextField()

    class Meta:
        app_label = "clients"
        db_table = "items"
        indexes = [
            HnswIndex(name=index["name"], fields=[column["name"]], opclasses=[index["opclass"]])
            for column in COLUMNS
            for index in column["indexes"]
        ]


for described in COLUMNS:
    Item.add_to_class(described["name"], VectorField(described["type"], null=True))


class Client:
    title = f"django {django.get_version()}"
    ddl = "extension, table and indexes by the client"

    def create(self):
        with connection.schema_editor() as editor:
            CreateExtension("vector").database_forwards("clients", editor, ProjectState(), ProjectState())
            editor.create_model(Item)

    def insert(self, rows):
        Item.objects.bulk_create(Item(**row) for row in rows)

    def nearest(self, column, operator, value, limit, category):
        items = Item.objects.filter(category=category) if category else Item.objects.all()
        return list(items.order_by(Distance(column, operator, value)).values_list("id", flat=True)[:limit])

    def read(self, id):
        return Item.objects.values().get(id=id)

    def update(self, id, values):
        item = Item.objects.get(id=id)
        for name, value in values.items():
            setattr(item, name, value)
        item.save()

    def remove(self, id):
        Item.objects.get(id=id).delete()

    def close(self):
        connection.close()
