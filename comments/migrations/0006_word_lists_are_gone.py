from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("comments", "0005_one_rule_a_word")]

    operations = [migrations.DeleteModel("WordList")]
