"""The snapshot of sections and menus that every page reads."""

from threading import Event, Thread

import pytest
from django.db import connection, connections, transaction

from articles.models import Edition, SectionTranslation
from tests.factories import make_section


def names() -> set[str]:
    """The sections in the edition that is written first."""
    rows = Edition.objects.earliest("pk").snapshot["sections"]
    return {row["name"] for row in rows}


def rename(before: str, after: str) -> None:
    row = SectionTranslation.objects.get(name=before)
    row.name = after
    row.save()


@pytest.mark.django_db
class TestSnapshot:
    def test_it_follows_a_section(self):
        section = make_section({"ar": ("Sea", "sea")})
        rename("Sea", "Coast")
        assert "Coast" in names()
        section.delete()
        assert "Coast" not in names()

    def test_a_menu_changes_its_own_edition_only(self):
        edition = Edition.objects.get(language="en")
        edition.menu_items.create(label="About", url="/en/pages/about/")
        edition.refresh_from_db()
        assert edition.snapshot["menus"]["footer"][0]["label"] == "About"
        assert not Edition.objects.get(language="fr").snapshot.get("menus")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="one writer at a time anyway")
def test_of_two_changes_at_the_same_time_neither_is_lost():
    make_section({"ar": ("Sea", "sea")})
    make_section({"ar": ("Land", "land")})
    begun = Event()

    def second() -> None:
        with transaction.atomic():
            row = SectionTranslation.objects.get(name="Land")
            begun.set()
            row.name = "Soil"
            row.save()
        connections.close_all()

    thread = Thread(target=second)
    with transaction.atomic():
        rename("Sea", "Coast")
        thread.start()
        begun.wait(5)
        wait_for_a_lock()
    thread.join()
    assert {"Coast", "Soil"} <= names()


def wait_for_a_lock() -> None:
    """Go on when the other transaction waits for this one."""
    with connection.cursor() as cursor:
        for _turn in range(500):
            cursor.execute(
                "SELECT count(*), pg_sleep(0.01) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
