from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("comments", "0012_rules_about_programs")]

    operations = [
        migrations.AlterField(
            model_name="report",
            name="note",
            field=models.CharField(blank=True, max_length=5000, verbose_name="note"),
        ),
    ]
