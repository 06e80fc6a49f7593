"""By which index the database finds what the desk's lists, the front page and sitemaps show.

Measured with a hundred thousand stories; of a few thousand the same indexes are taken.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from articles import sitemaps
from articles.models import Story
from articles.waiting import GROUPS, stories_in
from tests.factories import make_user, world

pytestmark = pytest.mark.django_db
NUMBER = 3000


@pytest.fixture(scope="module", autouse=True)
def edda(made_once):
    """An editor who has written the paper."""
    with made_once():
        user = make_user("edda", "Editor")
        make_paper(by=user)
        yield user


def make_paper(by):
    """Years of published stories, and of everything else a little."""
    now, section = timezone.now(), world()

    def story(n: int) -> Story:
        is_rare = n % 100 == 0
        return Story(
            language="en" if n % 20 == 2 else "ar",
            section=section,
            headline=f"Story {n}",
            status="draft" if n % 50 == 1 else "published",
            published_at=now + timedelta(hours=1) if is_rare else now - timedelta(hours=n),
            unpublish_at=now - timedelta(hours=1) if n % 100 == 3 else None,
            has_edits=n % 100 == 5,
            is_behind=n % 100 == 7,
            created_by=by,
        )

    Story.objects.bulk_create(story(n) for n in range(NUMBER))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE articles_story")


def newest(stories):
    """The first page of a list of the desk, without the columns it shows."""
    return stories.order_by("-changed_at", "-pk").values("pk")[:40]


def group(name: str):
    return lambda user: newest(stories_in(GROUPS[name], Story.objects.all(), user))


# Of sixty drafts PostgreSQL reads as gladly those of everybody.
AS_GOOD = ["story_desk"] if connection.vendor == "postgresql" else []
LISTS = {
    "all": (lambda user: newest(Story.objects.all()), "story_changed"),
    "edited": (lambda user: newest(Story.objects.filter(has_edits=True)), "story_edited"),
    "published": (lambda user: newest(Story.objects.published()), "story_desk", "story_changed"),
    "scheduled": (group("scheduled"), "story_by_time"),
    "today": (group("today"), "story_by_time"),
    "stale": (group("stale"), "story_behind"),
    "drafts": (group("drafts"), "story_drafts", *AS_GOOD),
    "ended": (
        lambda user: newest(Story.objects.among(Story.objects.ended(), "-unpublish_at")),
        "story_ends",
    ),
    "front page": (
        lambda user: Story.objects.published().in_language("en").newest_first().values("pk")[:30],
        "story_newest",
    ),
    "languages of a story": (
        lambda user: Story.objects.published_of_few().filter(translation_key=uuid4()).values("pk"),
        "translation_key=?",
        "translation_key =",
    ),
    "answers to a story": (
        lambda user: Story.objects.published_of_few().filter(replies_to=1).values("pk"),
        "replies_to_id",
    ),
    "news sitemap": (
        lambda user: sitemaps.fresh().order_by("-published_at", "-id").values("pk")[:1000],
        "story_by_time",
    ),
    "sitemap": (
        lambda user: Story.objects.published_between(500, 600).order_by("pk").values("pk"),
        "INTEGER PRIMARY KEY",
        "articles_story_pkey",
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_found_by_its_index(name, edda):
    query, *indexes = LISTS[name]
    plan = query(edda).explain()
    assert any(index in plan for index in indexes), plan


def test_published_stories_are_not_all_sorted_for_a_page_of_them():
    plan = newest(Story.objects.published()).explain()
    whole = "USE TEMP B-TREE FOR ORDER BY" if connection.vendor == "sqlite" else "Seq Scan"
    assert whole not in plan, plan
