"""A newsroom that began on SQLite, moved into the PostgreSQL that it outgrew it for."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.utils.translation import gettext as _

from newsroom.databases import NOT_KEPT, DatabaseError
from newsroom.environment import SQLITE

SOURCE = "sqlite_source"
AT_ONCE = 500
# Made from the rest, in each database its own way.
MADE_ANEW = frozenset({"articles_searchentry"})


def bring(file: Path) -> dict[str, int]:
    """Copy every row of the SQLite database `file` into this PostgreSQL, in one transaction, and
    return how many of each table. What `migrate` made here goes; whoever is signed in is not
    brought.

    Raises DatabaseError, before anything changed, where this is no PostgreSQL, the file no database
    of this release, or a newsroom was begun here already.
    """
    if connection.vendor != "postgresql":
        raise DatabaseError(_("Name the PostgreSQL that is to take everything in DATABASE_URL."))
    if not file.is_file():
        raise DatabaseError(_("There is no file %(name)s.") % {"name": file})
    with _opened(file) as source:
        _require_same_release(source)
        _require_untouched()
        # IMMEDIATE: who writes to the old database meanwhile would be lost, so nobody can.
        with transaction.atomic(using=SOURCE), transaction.atomic():
            models = list(_models())
            with connection.cursor() as cursor:
                tables = [model._meta.db_table for model in models]
                for statement in connection.ops.sql_flush(no_style(), tables, allow_cascade=True):
                    cursor.execute(statement)
            copied = {model._meta.db_table: _copy(model) for model in models}
            _count_on(models)
            connection.check_constraints()
    return copied


def _models() -> Iterator[type[Model]]:
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if model._meta.managed and not model._meta.proxy and table not in {*NOT_KEPT, *MADE_ANEW}:
            yield model


@contextmanager
def _opened(file: Path) -> Iterator[BaseDatabaseWrapper]:
    connections.settings[SOURCE] = {
        **connections.settings["default"],
        "ENGINE": SQLITE,
        "NAME": str(file),
        "CONN_HEALTH_CHECKS": False,
        "CONN_MAX_AGE": 0,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 10},
    }
    try:
        yield connections[SOURCE]
    finally:
        connections[SOURCE].close()
        del connections[SOURCE]
        del connections.settings[SOURCE]


def _require_same_release(source: BaseDatabaseWrapper) -> None:
    known, ours = (set(MigrationRecorder(one).applied_migrations()) for one in (source, connection))
    if known != ours:
        text = _("Run `manage.py migrate` with this release on the SQLite database, and here.")
        raise DatabaseError(text)


def _require_untouched() -> None:
    begun = ("articles.Story", "comments.Comment", "newsroom.User")
    if any(apps.get_model(name)._base_manager.exists() for name in begun):
        raise DatabaseError(_("A newsroom was begun in this PostgreSQL. Name an empty one."))


def _copy(model: type[Model]) -> int:
    """Copy the rows as they are: nothing is saved, so that no time and no sign of life is new."""
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    rows = model._base_manager.using(SOURCE).order_by("pk").iterator(chunk_size=AT_ONCE)
    target, count = model._base_manager.using("default"), 0
    while batch := list(islice(rows, AT_ONCE)):
        target._insert(batch, fields=fields, using="default", raw=True)
        count += len(batch)
    return count


def _count_on(models: list[type[Model]]) -> None:
    """Let numbers go on after the highest that was copied."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
