"""Which stories have edits that readers do not see, and which translations are behind."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def fill(apps, schema_editor):
    names = ("Story", "Revision", "TranslationSource")
    story_model, revision_model, source_model = (apps.get_model("articles", n) for n in names)
    newest = revision_model.objects.filter(story=OuterRef("pk")).order_by("-id").values("id")[:1]
    published = story_model.objects.filter(status="published").annotate(newest=Subquery(newest))
    published.exclude(newest=F("live_revision_id")).update(has_edits=True)
    behind = source_model.objects.filter(changed_count__gt=0).values("story")
    story_model.objects.filter(pk__in=behind).update(is_behind=True)


class Migration(migrations.Migration):
    dependencies = [("articles", "0009_story_marks")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
