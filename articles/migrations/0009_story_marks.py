from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0008_what_the_desk_says_in_codes")]

    operations = [
        migrations.AddField(
            model_name="story",
            name="has_edits",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="story",
            name="is_behind",
            field=models.BooleanField(default=False, editable=False),
        ),
    ]
