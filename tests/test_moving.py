"""Moving out of SQLite: every row arrives as it was, or nothing changes."""

import os

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.servers import Server, own_database

FILL = """
from tests.factories import make_comment, make_image, make_story, make_user
from comments import moderation
user = make_user("edda", "Editor")
for number in range(3):
    made = {"headline": f"الميناء {number}", "picture": make_image().pk, "topics": ["بحر"]}
    story = make_story(language="ar", **made)
    make_comment(story, name="رنا", email=f"rana{number}@mail.example", body="نص \\\\ 'مع' علامات")
"""
# Every row of every table that is moved, and what an address opens to.
TELL = """
import hashlib, json
from newsroom import moving
def plain(value):
    # PostgreSQL has an order of its own for what JSON names.
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    return value.reveal() if hasattr(value, "reveal") else value
for model in moving._models():
    names = [field.attname for field in model._meta.local_concrete_fields]
    rows = []
    for row in model._base_manager.order_by("pk"):
        rows.append([plain(getattr(row, name)) for name in names])
    print("TABLE", model._meta.db_table, len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
"""
SEARCH = """
from articles import search
from articles.search.question import Filters
print("FOUND", len(search.search("الميناء", Filters(languages=("ar",)))))
"""


def tables(server: Server) -> list[str]:
    printed = server.run("shell", "--no-imports", "--command", TELL).splitlines()
    return sorted(line for line in printed if line.startswith("TABLE"))


@pytest.mark.slow
def test_everything_arrives_as_it_was(tmp_path):
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("no PostgreSQL: DATABASE_URL is not set")
    with own_database() as database:
        keys = {name: os.environ[name] for name in os.environ if name.startswith("EMAIL_")}
        (tmp_path / "old").mkdir()
        old = Server(tmp_path / "old", "", **keys)
        old.run("shell", "--no-imports", "--command", FILL)
        new = Server(tmp_path / "old", database, is_empty=True)
        new.run("migrate", "--verbosity", "0")
        (tmp_path / "empty.sqlite3").touch()
        with pytest.raises(AssertionError, match="migrate"):
            new.run("copy_sqlite", str(tmp_path / "empty.sqlite3"))
        new.run("copy_sqlite", str(tmp_path / "old" / "newsroom.sqlite3"))
        assert tables(new) == tables(old)
        assert (
            new.tell(
                "from articles import search; from articles.search import Filters; "
                "print('FOUND', len(search.search('الميناء', Filters(languages=('ar',)))))",
                "FOUND",
            )
            == "3"
        )
        # Numbers go on, and a second run finds that something was begun here.
        new.run("shell", "--no-imports", "--command", "from tests.factories import *; make_story()")
        with pytest.raises(AssertionError, match="begun"):
            new.run("copy_sqlite", str(tmp_path / "old" / "newsroom.sqlite3"))


@pytest.mark.django_db
class TestRefusing:
    def test_a_file_that_is_not_there(self):
        with pytest.raises(CommandError):
            call_command("copy_sqlite", "absent.sqlite3")

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only")
    def test_where_this_is_no_postgresql(self, tmp_path):
        (tmp_path / "old.sqlite3").touch()
        with pytest.raises(CommandError, match="DATABASE_URL"):
            call_command("copy_sqlite", str(tmp_path / "old.sqlite3"))
