"""The database as `migrate` leaves it, kept to be put back after a test that really commits.

Django itself would empty every table and announce the end of a migration, which costs ten times as
much and still lacks what only the first `migrate` makes.
"""

import sqlite3
from collections.abc import Callable, Iterable

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction


def keep() -> Callable[[], None]:
    """Copy the database as it is now; return the function that makes it so again."""
    put_back = {"sqlite": _keep_pages, "postgresql": _keep_rows}[connection.vendor]()

    def restore() -> None:
        put_back()
        ContentType.objects.clear_cache()

    return restore


def _keep_pages() -> Callable[[], None]:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(copy)

    def put_back() -> None:
        connection.ensure_connection()
        copy.backup(connection.connection)

    return put_back


def _keep_rows() -> Callable[[], None]:
    kept = {table: _rows_of(table) for table in _filled()}

    def put_back() -> None:
        # Keys are checked when the transaction ends, so that the tables may come in any order.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {_listed({*_filled(), *kept})} CASCADE")
            for table, rows in kept.items():
                with cursor.copy(f"COPY {_listed([table])} FROM STDIN") as copy:
                    copy.write(rows)

    return put_back


def _rows_of(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY {_listed([table])} TO STDOUT") as copy:
        return b"".join(copy)


def _filled() -> list[str]:
    """The tables that hold a row."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        questions = (
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {_listed([table])})" for table in tables
        )
        cursor.execute(" UNION ALL ".join(questions))
        return [table for (table,) in cursor.fetchall()]


def _listed(tables: Iterable[str]) -> str:
    return ", ".join(map(connection.ops.quote_name, sorted(tables)))
