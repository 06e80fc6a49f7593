"""Django's migrate, without a queue of readers behind it."""

import time
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext as _

# A change of a table waits until nobody reads it, and whoever comes after waits behind it. So it
# waits for a moment only, lets them in, and tries again.
WAIT, PAUSE, TRIES = "2s", 3, 10
LOCK_NOT_AVAILABLE = "55P03"


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate. On PostgreSQL no lock is waited for longer than WAIT; each migration is a
        transaction of its own, so that a further try goes on where the last one stopped."""
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        for _left in reversed(range(TRIES)):
            try:
                _set(connection, WAIT)
                super().handle(*args, **options)
                return
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE:
                    raise
                if not _left:
                    raise CommandError(_busy(error)) from error
                time.sleep(PAUSE)
            finally:
                _set(connection, "0")


def _set(connection: BaseDatabaseWrapper, wait: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [wait])


def _busy(error: OperationalError) -> str:
    text = _("A table was in use for too long: %(why)s. What was migrated stays; run it again.")
    return text % {"why": str(error).splitlines()[0]}
