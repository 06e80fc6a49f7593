from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comments", "0009_stamp_of_the_rules")]

    operations = [
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("status", "pending")), fields=["story"], name="comment_waiting"
            ),
        ),
    ]
