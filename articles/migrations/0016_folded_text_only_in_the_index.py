from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("articles", "0015_search_index")]

    operations = [migrations.RemoveField(model_name="story", name="search_text")]
