from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0010_fill_story_marks")]

    operations = [
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("has_edits", True)),
                fields=["-changed_at", "-id"],
                name="story_edited",
            ),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("is_behind", True)),
                fields=["-changed_at", "-id"],
                name="story_behind",
            ),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("picture__isnull", True)),
                fields=["status", "-published_at"],
                name="story_without_picture",
            ),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("status", "draft")),
                fields=["created_by", "-changed_at", "-id"],
                name="story_drafts",
            ),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("unpublish_at__isnull", False)),
                fields=["-unpublish_at"],
                name="story_ends",
            ),
        ),
        migrations.AddIndex(
            model_name="byline",
            index=models.Index(fields=["author", "story"], name="byline_stories"),
        ),
    ]
