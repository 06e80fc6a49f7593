from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0021_portraits_and_links_of_authors"),
    ]

    operations = [
        migrations.AddField(
            model_name="tickrun",
            name="mails_failed",
            field=models.PositiveBigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="tickrun",
            name="mails_sent",
            field=models.PositiveBigIntegerField(db_default=0),
        ),
    ]
