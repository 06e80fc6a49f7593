"""The table that rates are counted in where there is no Redis."""

from django.conf import settings
from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor) -> None:
    # Made even where Redis counts today: the setting may change without another migration.
    call_command(
        "createcachetable",
        settings.THROTTLE_TABLE,
        database=schema_editor.connection.alias,
        verbosity=0,
    )


def drop(apps, schema_editor) -> None:
    table = schema_editor.quote_name(settings.THROTTLE_TABLE)
    schema_editor.execute(f"DROP TABLE IF EXISTS {table}")


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0001_people")]

    operations = [migrations.RunPython(create, drop)]
