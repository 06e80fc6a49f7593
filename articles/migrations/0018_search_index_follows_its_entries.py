"""On SQLite a trigger takes out of the index what is deleted of its entries.

There it asks for the mark of stories that end, which older entries lack: they are made again, by
`make run` or by `manage.py reindex_stories`.
"""

from django.db import migrations

from articles.search import sqlite


def follow(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(sqlite.DROP)
        schema_editor.execute(sqlite.CREATE)
        schema_editor.execute(sqlite.FOLLOW)
        apps.get_model("articles", "SearchEntry").objects.all().delete()


def follow_no_more(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(sqlite.FOLLOW_NO_MORE)


class Migration(migrations.Migration):
    dependencies = [("articles", "0017_files_for_machines")]

    operations = [migrations.RunPython(follow, follow_no_more)]
