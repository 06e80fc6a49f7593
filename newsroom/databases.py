"""A copy of the whole database in one file, and the database made anew from such a file.

SQLite by its online backup, PostgreSQL by its own pg_dump, pg_restore and psql. Both take a
snapshot while the site runs, and put one back in one transaction: whoever is interrupted leaves
the database as it was.
"""

import os
import shutil
import sqlite3
import subprocess  # nosec B404 # programs of PostgreSQL alone, by `_run`
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

# Who is signed in and who was here lately is nobody's to bring back.
NOT_KEPT = ("django_session", settings.THROTTLE_TABLE)
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
# Whoever brings a copy back may have another name, and no right to give things away.
_PLAIN = ("--no-owner", "--no-privileges", "--no-comments")
# Of Django's OPTIONS, what the programs of PostgreSQL read from their environment.
_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "service", "passfile", "options")


class DatabaseError(Exception):
    """A database that could not be copied or made anew; the message is for the operator."""


def file_name() -> str:
    """Return how the copy of this database is called in an archive."""
    return NAMES[connection.vendor]


def dump(target: Path) -> None:
    """Write a consistent copy of the database to `target`, which does not exist yet."""
    if connection.vendor == "sqlite":
        _dump_sqlite(target)
    else:
        without = [f"--exclude-table-data={table}" for table in NOT_KEPT]
        _run("pg_dump", "--format=custom", *_PLAIN, *without, f"--file={target}")


def check(source: Path) -> None:
    """Raise DatabaseError unless `source` is a whole copy made by `dump`."""
    if connection.vendor == "postgresql":
        _run("pg_restore", "--list", str(source), quiet=True)
        return
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise DatabaseError(_("The copy of the database is damaged: %(why)s.") % {"why": found})


def load(source: Path) -> None:
    """Put the copy at `source` in the place of the whole database, or leave it as it is."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            _copy(copy, _raw())
    else:
        _load_postgresql(source)


def _raw() -> Any:
    """The driver's own connection."""
    connection.ensure_connection()
    return connection.connection


def _dump_sqlite(target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        _copy(_raw(), copy)
        # What is deleted must not lie on in the pages of the file.
        copy.execute("PRAGMA secure_delete=ON")
        tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
        for table in tables.intersection(NOT_KEPT):
            copy.execute(f'DELETE FROM "{table}"')  # noqa: S608 # nosec B608 # our own table's name
        copy.commit()
        # One file, without a log beside it.
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy(source: Any, target: Any) -> None:
    """All pages in one step: one snapshot of the source, one transaction in the target."""
    try:
        source.backup(target)
    except sqlite3.Error as error:
        raise DatabaseError(_("SQLite: %(why)s.") % {"why": error}) from error


def _load_postgresql(source: Path) -> None:
    script = source.with_suffix(".sql")
    _run("pg_restore", *_PLAIN, f"--file={script}", str(source))
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
    # A connection that stays open would hold what is to be dropped.
    connection.close()
    _run(
        *("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
        *("--command", f"DROP SCHEMA {schema} CASCADE", "--command", f"CREATE SCHEMA {schema}"),
        f"--file={script}",
        quiet=True,
    )


def _run(program: str, *arguments: str, quiet: bool = False) -> None:
    """Run a program of PostgreSQL on this site's database; no password stands in its arguments."""
    path = shutil.which(program)
    if path is None:
        raise DatabaseError(
            _("%(program)s is missing: install the client programs of PostgreSQL.")
            % {"program": program}
        )
    done = subprocess.run(  # noqa: S603 # nosec B603 # no shell; a path and our arguments
        [path, *arguments],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if quiet else None,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [str(done.returncode)]
        why = next((line for line in lines if "error" in line.lower()), lines[-1])
        raise DatabaseError(f"{program}: {why}")


def _environment() -> dict[str, str]:
    config = connection.settings_dict
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    found = {name: str(config[key]) for name, key in names.items() if config.get(key)}
    options = {key: config.get("OPTIONS", {}).get(key) for key in _OPTIONS}
    found |= {f"PG{key.upper()}": str(value) for key, value in options.items() if value}
    return {**os.environ, **found, "PGDATABASE": str(config["NAME"])}
