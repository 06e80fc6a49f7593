from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0012_index_of_status_and_time")]

    operations = [
        migrations.RemoveIndex(model_name="story", name="story_status_time"),
        migrations.RemoveIndex(model_name="story", name="story_by_day"),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["-published_at"], name="story_by_time"),
        ),
    ]
