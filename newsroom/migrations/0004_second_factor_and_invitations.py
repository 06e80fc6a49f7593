from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("newsroom", "0003_log_newest")]

    operations = [
        migrations.AddField(
            "user",
            "deactivated_at",
            models.DateTimeField(editable=False, null=True, verbose_name="deactivated at"),
        ),
        migrations.AddField(
            "user",
            "invited_at",
            models.DateTimeField(editable=False, null=True, verbose_name="invited at"),
        ),
        migrations.AddField(
            "user",
            "second_factor_at",
            models.DateTimeField(editable=False, null=True, verbose_name="second factor since"),
        ),
    ]
