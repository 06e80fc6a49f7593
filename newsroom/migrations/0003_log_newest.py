"""Django's log has no index on its time: the log of the desk reads it newest first."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("newsroom", "0002_throttle_table"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX desk_log_newest ON django_admin_log (action_time DESC, id DESC)",
            "DROP INDEX desk_log_newest",
        )
    ]
