"""How the databases read the index: from its newest end, by words, and never every story."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles import search as searching
from articles.models import Story
from articles.search import postgresql
from articles.search.question import Filters
from tests.factories import world

pytestmark = pytest.mark.django_db
NUMBER = 3000


@pytest.fixture(scope="module", autouse=True)
def archive(made_once):
    """Stories of which all hold one word, a tenth another."""
    with made_once():
        section, now = world(), timezone.now()
        Story.objects.bulk_create(
            Story(
                language="en",
                section=section,
                headline="harbour" if n % 10 else "harbour lighthouse",
                status="published",
                published_at=now - timedelta(hours=n + 1),
            )
            for n in range(NUMBER)
        )
        searching.rebuild()
        yield


def asked(words: str, **filters) -> list[str]:
    """The questions that one search puts to the index."""
    with CaptureQueriesContext(connection) as queries:
        searching.search(words, Filters(("en",), **filters))
    return [row["sql"] for row in queries]


def plan_of(sql: str) -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            return "\n".join(row[3] for row in cursor.fetchall())
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.skipif("connection.vendor != 'sqlite'")
@pytest.mark.parametrize("filters", [{}, {"since": timezone.now().date() - timedelta(9)}])
def test_sqlite_reads_the_words_from_the_newest_end_and_sorts_nothing(filters):
    for sql in asked("harbour", **filters):
        plan = plan_of(sql)
        assert "SCAN articles_searchindex VIRTUAL TABLE INDEX" in plan, plan
        assert "SCAN found VIRTUAL TABLE INDEX" in plan, plan
        assert "SEARCH entry" in plan, plan
        assert "TEMP B-TREE" not in plan, plan


@pytest.mark.skipif("connection.vendor != 'postgresql'")
class TestPostgreSQL:
    def body(self, words: str) -> str:
        """The statement inside the function, as it is asked for a common word."""
        return (
            "SELECT place FROM articles_searchentry"
            f" WHERE tokens @@ '{words}'::tsquery AND place + 0 BETWEEN 0 AND {2**63 - 1}"
            " ORDER BY place DESC LIMIT 1000"
        )

    @pytest.mark.parametrize("words", ["harbour", "lighthouse", "nothing"])
    def test_words_are_found_by_their_index(self, words):
        with connection.cursor() as cursor:
            cursor.execute("SELECT proconfig FROM pg_proc WHERE proname = 'articles_search'")
            [(settings,)] = cursor.fetchall()
            assert settings == ["enable_seqscan=off", "enable_indexscan=off"]
            for setting in settings:
                cursor.execute(f"SET LOCAL {setting}")
        plan = plan_of(self.body(words))
        assert "Bitmap Index Scan on articles_searchentry_tokens" in plan, plan
        assert "Seq Scan" not in plan, plan

    def test_a_common_word_is_looked_for_among_the_newest_alone(self):
        questions = [sql for sql in asked("harbour") if "articles_search(" in sql]
        assert len(questions) == 2  # is there any; the headlines fill it up
        assert all(f"/{width}t" in sql for sql in questions for width in [postgresql.WIDTHS[2]])

    def test_how_far_back_the_newest_reach_is_read_from_an_index(self):
        plan = plan_of(
            "SELECT place FROM articles_searchentry WHERE place <= 9223372036854775807"
            f" ORDER BY place DESC OFFSET {postgresql.NEWEST} LIMIT 1"
        )
        assert "articles_searchentry_pkey" in plan, plan


def test_what_is_found_nowhere_is_not_looked_for_again():
    # PostgreSQL: how far back the newest reach, among those, and among all.
    assert len(asked("nowhere")) == (1 if connection.vendor == "sqlite" else 3)
