"""The search index: a table of places, and beside it the database's own kind of index.

It is filled by `manage.py reindex_stories`, which `make run` calls where a story is missing.
"""

import django.db.models.deletion
from django.db import migrations, models

from articles.search import postgresql, sqlite


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in postgresql.CREATE:
            schema_editor.execute(statement)
    else:
        schema_editor.execute(sqlite.CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for statement in postgresql.DROP:
            schema_editor.execute(statement)
    else:
        schema_editor.execute(sqlite.DROP)


class Migration(migrations.Migration):
    dependencies = [("articles", "0014_most_read")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "story",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entry",
                        to="articles.story",
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
        migrations.RunPython(create, drop),
    ]
