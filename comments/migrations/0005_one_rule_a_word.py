from django.db import migrations

from newsroom.lib.folding import fold


def split(apps, schema_editor):
    """Make a rule of every line of the word lists; of a word in two lists the stricter stays."""
    Rule = apps.get_model("comments", "Rule")
    found = {}
    for words in apps.get_model("comments", "WordList").objects.order_by("is_active", "action"):
        for line in filter(None, map(str.strip, words.words.splitlines())):
            key = " ".join(fold(line).split())[:300]
            if key:
                found[key] = Rule(
                    kind="word",
                    action=words.action,
                    value=line[:300],
                    key=key,
                    note=words.note,
                    is_active=words.is_active,
                )
    Rule.objects.bulk_create(found.values(), batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("comments", "0004_reports_rules_and_clocks")]

    operations = [migrations.RunPython(split, migrations.RunPython.noop, elidable=True)]
