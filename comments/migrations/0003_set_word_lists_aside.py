from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("comments", "0002_decisions_newest")]

    operations = [migrations.RenameModel("Rule", "WordList")]
