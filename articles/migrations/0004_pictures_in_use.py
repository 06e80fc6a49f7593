"""Every picture's key, words to find it by, and the stories it stands in, of what is there already."""

import re

from django.db import migrations
from django.db.models import F

from newsroom.lib.folding import fold

KEY = re.compile(r' src="/media/([A-Za-z0-9_-]+)/')


def fill(apps, schema_editor):
    image_model, key_model = (apps.get_model("articles", name) for name in ("Image", "ImageKey"))
    keys = {}
    for image in image_model.objects.prefetch_related("translations").iterator(chunk_size=500):
        if image.rendition_key:
            key_model.objects.get_or_create(key=image.rendition_key, defaults={"image": image})
            keys[image.rendition_key] = image.pk
        texts = [t for row in image.translations.all() for t in (row.alt, row.caption, row.credit)]
        image.search_text = fold(" ".join([*texts, image.original.name.rpartition("/")[2]]))
        image.save(update_fields=["search_text"])
    story_model, revision_model = (apps.get_model("articles", n) for n in ("Story", "Revision"))
    through = story_model.pictures.through
    rows = story_model.objects.values_list("pk", "picture_id", "body_html")
    for pk, picture, body in rows.iterator(chunk_size=500):
        used = {keys[key] for key in KEY.findall(body) if key in keys} | ({picture} - {None})
        through.objects.bulk_create(
            [through(story_id=pk, image_id=image) for image in used], ignore_conflicts=True
        )
    # What was written since readers got a story uses pictures too.
    waiting = revision_model.objects.filter(pk__gt=F("story__live_revision"))
    for revision in waiting.iterator(chunk_size=200):
        body, picture = revision.content["body_html"], revision.content["picture"]
        used = {keys[key] for key in KEY.findall(body) if key in keys}
        used |= {picture} & set(keys.values())
        through.objects.bulk_create(
            [through(story_id=revision.story_id, image_id=image) for image in used],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("articles", "0003_desk")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
