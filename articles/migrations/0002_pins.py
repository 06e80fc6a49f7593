"""Places of the front page become pins, which a section's page has too."""

from django.db import migrations


def rename_permissions(apps, schema_editor):
    """Who could set places of the front page may set pins: Django leaves the old code names."""
    permissions = apps.get_model("auth", "Permission").objects.using(schema_editor.connection.alias)
    for verb in ("add", "change", "delete", "view"):
        old = permissions.filter(
            content_type__app_label="articles", codename=f"{verb}_frontpagepin"
        )
        old.update(codename=f"{verb}_pin", name=f"Can {verb} place")


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0001_stories"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.RunPython(rename_permissions, migrations.RunPython.noop),
        migrations.RemoveConstraint("FrontPagePin", "pin_story_once"),
        migrations.RenameModel("FrontPagePin", "Pin"),
    ]
