"""Migrating a newsroom that is being read: nobody stands in line behind it for long."""

import threading

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate as django_migrate
from django.db import OperationalError, connection, transaction

from newsroom.management.commands import migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL only"),
]


@pytest.fixture
def changing(monkeypatch):
    """A migration that changes the table of comments, with little patience."""
    tried = []

    def handle(self, *args, **options):
        tried.append(1)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE comments_comment IN ACCESS EXCLUSIVE MODE")

    monkeypatch.setattr(django_migrate.Command, "handle", handle)
    monkeypatch.setattr(migrate, "WAIT", "200ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.3)
    monkeypatch.setattr(migrate, "TRIES", 3)
    return tried


@pytest.fixture
def other():
    """Somebody else at the same database."""
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: parameters[name] for name in names if name in parameters}) as one:
        yield one
        one.rollback()


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


def test_a_table_that_is_read_all_the_while_is_left_alone_in_the_end(changing, other):
    other.execute("SELECT count(*) FROM comments_comment")
    with pytest.raises(CommandError, match="run it again"):
        call_command("migrate")
    assert len(changing) == 3
    assert lock_timeout() == "0"


def test_it_goes_on_once_the_table_is_free(changing, other):
    other.execute("SELECT count(*) FROM comments_comment")
    threading.Timer(0.4, other.rollback).start()
    call_command("migrate")
    assert len(changing) > 1


def test_another_fault_is_told_as_it_is(changing, monkeypatch):
    def fail(self, *args, **options):
        raise OperationalError("no such server")

    monkeypatch.setattr(django_migrate.Command, "handle", fail)
    with pytest.raises(OperationalError, match="no such server"):
        call_command("migrate")
